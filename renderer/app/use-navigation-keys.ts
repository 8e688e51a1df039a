import { useEffect } from 'react';
import { useLocation } from 'wouter';
import { useHelp } from './help-state.ts';
import { addressOf, type Place } from './navigation.ts';

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;

/** Alt+1.. goes to the places of the rail; `?` or F1 opens the help. */
export function useNavigationKeys(places: readonly Place[], openBatch: string | null): void {
  const [, go] = useLocation();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      const place = event.altKey ? places[Number(event.key) - 1] : undefined;
      if (place) {
        event.preventDefault();
        go(addressOf(place, openBatch));
      } else if (event.key === 'F1' || (event.key === '?' && !typing(event.target))) {
        event.preventDefault();
        useHelp.setState({ open: true });
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [places, openBatch, go]);
}
