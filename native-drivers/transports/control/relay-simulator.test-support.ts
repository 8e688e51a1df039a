import { openSerial } from '../serial.ts';
import { RELAY_START } from './board-kinds.ts';

/** A relay board at the other end of a cable: contacts that close and open. */
export interface SimulatedRelays {
  /** Channels that are closed now. */
  readonly closed: ReadonlySet<number>;
  /** Bytes that were no command. */
  readonly skipped: () => number;
  stop(): Promise<void>;
}

const FRAME = 4;

/** Acts on each command in any split; what is none is skipped. `moved` is told each change, one after the other. */
export async function simulateRelays(
  path: string,
  moved: (channel: number, closed: boolean) => Promise<void> | void,
): Promise<SimulatedRelays> {
  const port = await openSerial(path, 9600);
  const closed = new Set<number>();
  let pending: number[] = [];
  let skipped = 0;
  let turn = Promise.resolve();
  const act = (channel: number, state: number) => {
    if (state === 1) closed.add(channel);
    else closed.delete(channel);
    turn = turn.then(() => moved(channel, state === 1));
  };
  const remove = port.onData((bytes) => {
    pending.push(...bytes);
    while (pending.length >= FRAME) {
      const [start = 0, channel = 0, state = 0, sum = 0] = pending;
      const good = start === RELAY_START && ((start + channel + state) & 0xff) === sum && state <= 1;
      if (good) act(channel, state);
      else skipped += 1;
      pending = pending.slice(good ? FRAME : 1);
    }
  });
  return {
    closed,
    skipped: () => skipped,
    stop: async () => {
      remove();
      await turn;
      await port.close();
    },
  };
}

/** A GPIO module: echoes its line, carries it out, and says its prompt. Pins that are low are `closed`. */
export async function simulateGpio(
  path: string,
  moved: (pin: number, low: boolean) => Promise<void> | void,
): Promise<SimulatedRelays> {
  const port = await openSerial(path, 115_200);
  const closed = new Set<number>();
  let line = '';
  let skipped = 0;
  let turn = Promise.resolve();
  const act = async (text: string): Promise<void> => {
    const [, verb, pin = ''] = /^gpio (set|clear) ([0-9A-V])$/.exec(text) ?? [];
    const number = Number.parseInt(pin, 32);
    if (verb === undefined) skipped += text.length;
    else {
      if (verb === 'clear') closed.add(number);
      else closed.delete(number);
      await moved(number, verb === 'clear');
    }
    await port.write(Buffer.from(`${text}\n\r>`, 'latin1'));
  };
  const remove = port.onData((bytes) => {
    for (const letter of Buffer.from(bytes).toString('latin1')) {
      if (letter !== '\r') line += letter;
      else {
        const text = line;
        line = '';
        turn = turn.then(() => act(text));
      }
    }
  });
  return {
    closed,
    skipped: () => skipped,
    stop: async () => {
      remove();
      await turn;
      await port.close();
    },
  };
}
