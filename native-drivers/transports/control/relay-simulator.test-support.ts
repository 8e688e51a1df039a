import { openSerial } from '../serial.ts';
import { RELAY_BAUD_RATE, RELAY_START } from './relay-board.ts';

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
  const port = await openSerial(path, RELAY_BAUD_RATE);
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
