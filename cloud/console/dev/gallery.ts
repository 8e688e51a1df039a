import { usePreferences } from '#ui/preferences.ts';
import { tokens, type ThemeName } from '#ui/theme/tokens.ts';
import { startConsole } from '../app/start-console.tsx';
import { fixtureFetch } from './fixture-fetch.ts';

// Screens without a cloud, for looking at: dev/gallery.html?state=filled&theme=light&role=admin#/stations
const query = new URLSearchParams(window.location.search);
const isTheme = (name: string): name is ThemeName => Object.hasOwn(tokens, name);
const theme = query.get('theme') ?? 'dark';
if (isTheme(theme)) usePreferences.setState({ theme });
window.fetch = fixtureFetch(query.get('state') ?? 'filled', query.get('role') ?? 'admin');
startConsole();
