import { setTimeout as delay } from 'node:timers/promises';
import type { ControlLines, ControlSpec } from '#drivers/core/link.ts';
import { openRelayBoard, type RelayBoard } from './relay-board.ts';

/** Longer than contacts bounce (5 ms, Songle SRD-05VDC), far longer than any reset input asks for. */
const RESET_PULSE_MS = 50;

type Spec = Extract<ControlSpec, { kind: 'relay' }>;

/**
 * Reset and mode pin on two channels of a board: relays that pull them low while closed, or pins that drive them. A board that was pulled out is opened again by the
 * next command; the operation in which it went fails as `port-gone`.
 */
export async function relayLines(path: string, spec: Spec): Promise<ControlLines> {
  const open = (): Promise<RelayBoard> => openRelayBoard(path, spec.board ?? 'relays');
  let board: RelayBoard | null = await open();
  const set = async (channel: number, closed: boolean) => {
    board ??= await open();
    try {
      await board.set(channel, closed);
    } catch (error) {
      await board.close();
      board = null;
      throw error;
    }
  };
  // Whoever had the board before may have left a part in reset.
  await set(spec.reset, false);
  return {
    setMode: (mode) => set(spec.mode, mode === 'boot'),
    reset: async () => {
      await set(spec.reset, true);
      await delay(RESET_PULSE_MS);
      await set(spec.reset, false);
    },
    presence: () => Promise.resolve(null),
    onPresence: () => () => undefined,
    close: async () => {
      await board?.close();
      board = null;
    },
  };
}
