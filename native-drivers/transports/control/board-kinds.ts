import { setTimeout as delay } from 'node:timers/promises';
import { afterSilence } from '#drivers/core/after-silence.ts';
import { DriverError } from '#drivers/core/errors.ts';
import type { SerialTransport } from '../serial.ts';

/** What a board of this kind is told, and how it is known to have done it. */
export interface BoardKind {
  baudRate: number;
  /** `low`: the pin of the channel is pulled low; otherwise it is let go, or driven high. */
  set(port: SerialTransport, channel: number, low: boolean): Promise<void>;
}

/** Byte that begins a command of a relay board. */
export const RELAY_START = 0xa0;
/** Time in which a contact has moved: at most 10 ms (Songle SRD-05VDC, data sheet, operate time); the frame takes 4.2. */
const MOVED_MS = 15;

export function relayFrame(channel: number, closed: boolean): Uint8Array {
  const state = closed ? 1 : 0;
  return Uint8Array.of(RELAY_START, channel, state, (RELAY_START + channel + state) & 0xff);
}

/**
 * Serial relay boards of the LCUS kind ("LC USB switch communication protocol", as their makers' product pages print it):
 * 9600 Bd, four bytes a command: A0, channel from 1, state, low byte of their sum. `A0 01 01 A2` closes the first relay.
 * No answer is described: the contact's own time is all there is to go by.
 */
const relays: BoardKind = {
  baudRate: 9600,
  async set(port, channel, low) {
    await port.write(relayFrame(channel, low));
    await delay(MOVED_MS);
  },
};

/** Longest time for a line of text and its prompt; a board on USB takes a few milliseconds. */
const PROMPT_MS = 1000;
const PROMPT = 0x3e;
const PINS = '0123456789ABCDEFGHIJKLMNOPQRSTUV';

/** `gpio clear 2`, ended by a carriage return; pins from 10 on are letters. */
export function gpioLine(channel: number, low: boolean): Uint8Array {
  return Buffer.from(`gpio ${low ? 'clear' : 'set'} ${PINS[channel] ?? ''}\r`, 'latin1');
}

/**
 * USB GPIO modules of Numato Lab (numato.com/docs, "USB GPIO Module", the command set; hexdocs.pm/numato_gpio prints it
 * too): lines of text that the module echoes, and a `>` once a line is carried out. It drives the pin low and high.
 */
const gpio: BoardKind = {
  // A USB CDC port has none.
  baudRate: 115_200,
  set: async (port, channel, low) => {
    const done = prompted(port);
    // Whatever stood in its line before is ended first.
    await port.write(gpioLine(channel, low));
    await done;
  },
};

/** Resolves with the module's prompt. */
function prompted(port: SerialTransport): Promise<undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const silence = new DriverError('no-answer', 'The GPIO board does not answer.', {
    ...{ chip: 'untouched', context: { path: port.path } },
  });
  const cancel = afterSilence(PROMPT_MS, () => reject(silence));
  const removers = [
    port.onData((bytes) => {
      if (bytes.includes(PROMPT)) resolve(undefined);
    }),
    port.onGone(reject),
  ];
  return promise.finally(() => {
    cancel();
    for (const remove of removers) remove();
  });
}

export const BOARD_KINDS = { relays, gpio } as const;
