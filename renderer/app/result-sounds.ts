import type { SiteState } from '#contract/sites.ts';
import { useSites } from '#client/state/sites.ts';
import { usePreferences } from '#ui/preferences.ts';
import { playTone, type ResultTone } from '#ui/sound.ts';

const TONES: Partial<Record<SiteState, ResultTone>> = {
  passed: 'pass',
  failed: 'attention',
  unknown: 'attention',
};

/** Sounds each result once, when a site comes to it; a list after a reload is no result. */
export function startResultSounds(): () => void {
  return useSites.subscribe(({ entries }, before) => {
    if (!before.known || entries === before.entries) return;
    const heard = new Set<ResultTone>();
    for (const [id, { view }] of entries) {
      const was = before.entries.get(id)?.view.state;
      const tone = TONES[view.state];
      if (tone && was !== undefined && was !== view.state) heard.add(tone);
    }
    if (!usePreferences.getState().sound) return;
    // What needs a hand is heard over what does not.
    if (heard.has('attention')) playTone('attention');
    else if (heard.has('pass')) playTone('pass');
  });
}
