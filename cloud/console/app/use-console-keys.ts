import { useEffect } from 'react';
import { useLocation } from 'wouter';
import { useHelp } from './help-state.ts';
import type { Place } from './navigation.ts';

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
const inDialog = (): boolean => document.querySelector('[role="dialog"]') !== null;

/** What a key asks for; null where it is none of ours. */
function meaning(event: KeyboardEvent, places: readonly Place[]): string | null {
  // Alt+0 is the tenth place.
  const place = event.altKey && /^\d$/.test(event.key) ? places[(Number(event.key) + 9) % 10] : undefined;
  if (place) return place.address;
  if (event.key === 'F1' || (event.key === '?' && !typing(event.target))) return 'help';
  return event.key === '/' && !typing(event.target) ? 'search' : null;
}

/** Alt and a digit go to a place, `/` to the search field of the screen, `?` or F1 open the help. */
export function useConsoleKeys(places: readonly Place[]): void {
  const [, go] = useLocation();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || inDialog()) return;
      const wanted = meaning(event, places);
      if (wanted === null) return;
      event.preventDefault();
      if (wanted === 'help') useHelp.setState({ open: true });
      else if (wanted === 'search')
        document.querySelector<HTMLInputElement>('[role="search"] input')?.focus();
      else go(wanted);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [places, go]);
}
