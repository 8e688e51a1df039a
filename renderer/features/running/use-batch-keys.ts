import { useEffect } from 'react';
import type { SiteView } from '#contract/sites.ts';
import { readBack } from './read-back.ts';

interface Keys {
  pause: () => void;
  startAll: () => void;
  sites: readonly SiteView[];
}

/** F4 starts all, F8 pauses or goes on, F9 reads back: function keys, because no barcode holds one. */
export function useBatchKeys({ pause, startAll, sites }: Keys): void {
  useEffect(() => {
    const readNext = () => {
      const site = sites.find((candidate) => candidate.state === 'unknown')?.id;
      if (site !== undefined) void readBack(site);
    };
    const actions: Record<string, () => void> = { F4: startAll, F8: pause, F9: readNext };
    const onKey = (event: KeyboardEvent) => {
      const act = event.altKey || event.ctrlKey ? undefined : actions[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  });
}
