import { useEffect } from 'react';
import { create } from 'zustand';
import type { ErrorView } from '#contract/errors.ts';
import type { TransferRow } from '#cloud/contract/views.ts';
import { startScanListener } from '#ui/scan/scan-listener.ts';
import { useScan } from '#ui/scan/use-scan.ts';
import { call } from '#cloud/console/client/client.ts';
import { viewOf } from '#cloud/console/client/problem.ts';
import { isWhole, nothing, withScan, type Codes, type Collected, type Scan } from './collected.ts';

interface State extends Collected {
  /** What the last scan was; null before the first. */
  scan: Scan | null;
  sending: boolean;
  error: ErrorView | null;
  taken: readonly TransferRow[];
}

const initial: State = { ...nothing, scan: null, sending: false, error: null, taken: [] };

/** The codes on screen, kept as long as it is open. Outside of React: the next scan does not wait for a drawing. */
export const useCodes = create<State>()(() => initial);

export const forgetCodes = (): void => useCodes.setState(initial);

async function send({ texts }: Codes): Promise<void> {
  try {
    const transfer = await call('putFrames', { body: { frames: [...texts.values()] } });
    useCodes.setState(({ taken }) => ({
      taken: [...taken.filter(({ id }) => id !== transfer.id), transfer],
    }));
  } catch (cause) {
    useCodes.setState({ error: viewOf(cause) });
  } finally {
    useCodes.setState({ sending: false });
  }
}

// One after the other: transfers are applied in the order of their numbers, and scanned in it.
let last: Promise<void> = Promise.resolve();

/** Sends what is whole; also once more, after a failure that may pass. */
export function sendCodes(): void {
  const { codes } = useCodes.getState();
  if (!isWhole(codes)) return;
  useCodes.setState({ sending: true, error: null });
  last = last.then(() => send(codes));
}

/** One scan, typed into the field or anywhere. */
export function takeCode(text: string): void {
  const state = useCodes.getState();
  const { codes, aside, scan } = withScan(state, text);
  useCodes.setState({ codes, aside, scan });
  // After a refusal a code that is scanned again may be the cure.
  if (scan !== 'foreign' && (scan !== 'again' || state.error !== null)) sendCodes();
}

/** Takes scans from wherever the focus is, while the screen is open. */
export function useScanner(): void {
  useEffect(startScanListener, []);
  useEffect(() => forgetCodes, []);
  useScan((text) => {
    takeCode(text);
    return true;
  });
}
