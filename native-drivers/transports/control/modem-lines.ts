import { setTimeout as delay } from 'node:timers/promises';
import type { ControlLines, ControlSpec } from '#drivers/core/link.ts';
import type { ModemLines } from '../serial.ts';

/** Assumed: far longer than a reset input asks for, so that an adapter's jitter does not matter. No document was compared. */
const RESET_PULSE_MS = 5;
/**
 * ESP boards hold their enable pin by a resistor and a capacitor: esptool keeps it low for 100 ms
 * (espressif/esptool, esptool/reset.py, ClassicReset and UnixTightReset).
 */
const CROSS_COUPLED_PULSE_MS = 100;
/** No operating system gives an event for CTS or DSR through the serial library: the socket contact is sampled. */
const CONTACT_SAMPLE_MS = 100;

type Spec = Extract<ControlSpec, { kind: 'modem-lines' }>;
interface Levels {
  reset: boolean;
  mode: boolean;
}

/**
 * Reset and mode pin on DTR and RTS of the port's own adapter. A set line pulls its pin low (the usual adapter
 * inverts), so `mode` set = boot, `reset` set = held in reset. `contact` closed = a part is in.
 *
 * Cross-coupled (Espressif ESP8684-DevKitC-02 schematics V1.0, table "Auto program"; esptool, Boot Mode Selection,
 * Automatic Bootloader): each transistor pulls its pin only while the other line is released. Held in reset the mode pin is high; it goes low in the same step that
 * releases reset, and the capacitor keeps the chip in reset until then.
 *
 * An operating system sets both lines as it opens a port: they are released first. Rejects where the port has none.
 */
export async function openModemLines(modem: ModemLines, spec: Spec): Promise<ControlLines> {
  const coupled = spec.crossCoupled === true;
  let boot = false;
  const drive = ({ reset, mode }: Levels) => {
    const lines = { dtr: false, rts: false };
    lines[spec.reset] = reset;
    lines[spec.mode] = mode;
    return modem.set(lines);
  };
  await drive({ reset: false, mode: false });
  const contact = spec.contact;
  const presence = async () => (contact === undefined ? null : (await modem.get())[contact]);
  const watches = new Set<() => void>();
  return {
    setMode: (mode) => {
      boot = mode === 'boot';
      return drive({ reset: false, mode: boot });
    },
    reset: async () => {
      await drive({ reset: true, mode: boot && !coupled });
      // The pulse's width is a property of the signal, not a wait for something to happen.
      await delay(coupled ? CROSS_COUPLED_PULSE_MS : RESET_PULSE_MS);
      await drive({ reset: false, mode: boot });
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
