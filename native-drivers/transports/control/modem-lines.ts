import { setTimeout as delay } from 'node:timers/promises';
import type { ControlLines, ControlSpec } from '#drivers/core/link.ts';
import type { ModemLines } from '../serial.ts';

/** Assumed: far longer than a reset input asks for, so that an adapter's jitter does not matter. No document was compared. */
const RESET_PULSE_MS = 5;
/** No operating system gives an event for CTS or DSR through the serial library: the socket contact is sampled. */
const CONTACT_SAMPLE_MS = 100;

type Spec = Extract<ControlSpec, { kind: 'modem-lines' }>;

/**
 * Reset and mode pin on DTR and RTS of the port's own adapter. A set line pulls its pin low (the usual adapter
 * inverts), so `mode` set = boot, `reset` set = held in reset. `contact` closed = a part is in.
 */
export function modemControlLines(modem: ModemLines, spec: Spec): ControlLines {
  const lines = { dtr: false, rts: false };
  const drive = (line: 'dtr' | 'rts', active: boolean) => {
    lines[line] = active;
    return modem.set({ ...lines });
  };
  const contact = spec.contact;
  const presence = async () => (contact === undefined ? null : (await modem.get())[contact]);
  const watches = new Set<() => void>();
  return {
    setMode: (mode) => drive(spec.mode, mode === 'boot'),
    reset: async () => {
      await drive(spec.reset, true);
      // The pulse's width is a property of the signal, not a wait for something to happen.
      await delay(RESET_PULSE_MS);
      await drive(spec.reset, false);
    },
    presence,
    onPresence: (listener) => {
      if (contact === undefined) return () => undefined;
      const stop = sample(presence, listener);
      watches.add(stop);
      return stop;
    },
    close: () => {
      for (const stop of watches) stop();
      return Promise.resolve();
    },
  };
}

function sample(presence: () => Promise<boolean | null>, listener: (part: boolean) => void): () => void {
  let last: boolean | null = null;
  const tick = async () => {
    const part = await presence().catch(() => last);
    if (part !== null && part !== last && last !== null) listener(part);
    last = part;
  };
  const timer = setInterval(() => void tick(), CONTACT_SAMPLE_MS);
  return () => clearInterval(timer);
}
