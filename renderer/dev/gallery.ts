import '#client/zod-config.ts';
import { startApp } from '../app/start-app.tsx';
import { usePreferences } from '#ui/preferences.ts';
import { tokens, type ThemeName } from '#ui/theme/tokens.ts';
import { fixtureBridge } from './fixture-bridge.ts';

// Screens without a station, for looking at: dev/gallery.html?state=running&theme=light#/batch/<id>
const query = new URLSearchParams(window.location.search);
const isTheme = (name: string): name is ThemeName => Object.hasOwn(tokens, name);
const theme = query.get('theme') ?? 'dark';
if (isTheme(theme)) usePreferences.setState({ theme });
// One picture in every theme, without loading it anew.
window.addEventListener('gallery-theme', (event) => {
  const chosen: unknown = event instanceof CustomEvent ? event.detail : null;
  if (typeof chosen === 'string' && isTheme(chosen)) usePreferences.setState({ theme: chosen });
});
startApp(fixtureBridge(query.get('state') ?? 'running', query.get('role') ?? 'engineer'));
