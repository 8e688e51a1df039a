import { useCallback, useEffect, useState } from 'react';
import { useHashLocation } from 'wouter/use-hash-location';

/** What a screen asks before another takes its place; null: nothing. One screen is there at a time. */
let ask: ((go: () => void) => void) | null = null;

/** The address after the hash; a screen that has something to ask is heard before it changes. */
export const useGuardedLocation: typeof useHashLocation = (options) => {
  const [address, navigate] = useHashLocation(options);
  const go = useCallback<typeof navigate>(
    (...to) => (ask === null ? navigate(...to) : ask(() => navigate(...to))),
    [navigate],
  );
  return [address, go];
};

/** A link as the address bar has it. */
export const hashHref = (href: string): string => `#${href}`;

export interface Leaving {
  /** Somebody wants to go elsewhere, and was not let go yet. */
  asked: boolean;
  stay: () => void;
  /** Goes where was wanted, or where `instead` goes. */
  go: (instead?: () => void) => void;
}

/** While `held`, links, keys and scans that lead elsewhere wait for an answer. The browser's own Back does not. */
export function useLeaving(held: boolean): Leaving {
  const [wanted, setWanted] = useState<(() => void) | null>(null);
  useEffect(() => {
    if (!held) return;
    ask = (go) => setWanted(() => go);
    return () => {
      ask = null;
    };
  }, [held]);
  const go = (instead?: () => void) => {
    ask = null;
    setWanted(null);
    (instead ?? wanted)?.();
  };
  return { asked: wanted !== null, stay: () => setWanted(null), go };
}
