import { useCallback, useEffect, useState } from 'react';
import type { ErrorView } from '#contract/errors.ts';
import type { LabAct, LabView } from '#contract/lab.ts';
import { call, viewOf } from '#client/client.ts';
import { dropLab, putLab, useLabs } from '#client/state/lab.ts';
import { useLine } from '#client/state/line.ts';

export interface Lab {
  /** Null before the board is in the lab. */
  view: LabView | null;
  error: ErrorView | null;
  /** What waits for the part's unique id, typed or scanned. */
  asked: LabAct | null;
  /** Null: it is not wanted any more. */
  ask: (act: LabAct | null) => void;
  /** What the last act did. */
  said: string | null;
  /** Resolves with what was read, if it was a reading of memory; null after a refusal, which shows as `error`. */
  run: (act: LabAct, confirmUid: string | null) => Promise<string | null>;
  stop: () => void;
  /** Back to production; resolves when the station has it. */
  leave: () => Promise<boolean>;
}

/** One board in the lab: taken out of production when the page opens, and given back when a person says so. */
export function useLab(site: string): Lab {
  const view = useLabs((state) => state.bySite.get(site) ?? null);
  const epoch = useLine((state) => state.epoch);
  const [error, setError] = useState<ErrorView | null>(null);
  const [said, setSaid] = useState<string | null>(null);
  const [asked, ask] = useState<LabAct | null>(null);
  const refused = useCallback((cause: unknown) => setError(viewOf(cause)), []);
  useEffect(() => {
    call('lab.open', { site }).then(putLab, refused);
  }, [site, epoch, refused]);
  const run = async (act: LabAct, confirmUid: string | null) => {
    setError(null);
    setSaid(null);
    ask(null);
    try {
      const { view: now, bytes, result } = await call('lab.run', { site, act, confirmUid });
      putLab(now);
      setSaid(result);
      return bytes;
    } catch (cause) {
      // Some acts are for ever with these values only: the station knows which.
      if (viewOf(cause).code === 'uid-needed') ask(act);
      else refused(cause);
      return null;
    }
  };
  const leave = () =>
    call('lab.close', { site }).then(
      () => {
        dropLab(site);
        return true;
      },
      (cause: unknown) => {
        refused(cause);
        return false;
      },
    );
  const stop = () => void call('lab.stop', { site }).catch(refused);
  return { view, error, said, asked, ask, run, stop, leave };
}
