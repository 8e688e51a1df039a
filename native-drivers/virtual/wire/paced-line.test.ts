import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeadlineClock } from './deadline-clock.ts';
import { IdealClock, wireNs } from './ideal-clock.ts';
import { Lateness } from './lateness.ts';
import { PacedLine } from './paced-line.ts';

const BAUD = 9600;
/** A signature answer: 49 ms at 9600 baud. */
const FRAME = Uint8Array.from({ length: 47 }, (_, index) => index);

describe('paced line', () => {
  let clock: DeadlineClock;
  beforeEach(() => {
    clock = new DeadlineClock();
  });
  afterEach(() => {
    clock.stop();
  });

  /** What arrives of one push, piece by piece, up to the last byte. */
  function pieces(direction: 'in' | 'out'): Promise<{ bytes: Uint8Array; at: number }[]> {
    return new Promise((resolve) => {
      const arrived: { bytes: Uint8Array; at: number }[] = [];
      const ideal = new IdealClock();
      const pace = { clock, lateness: new Lateness(ideal, clock.wakeUps) };
      const line = new PacedLine(direction, pace, ideal, (bytes, at) => {
        arrived.push({ bytes, at });
        if (bytes.at(-1) === FRAME.at(-1)) resolve(arrived);
      });
      line.push(FRAME, BAUD, 0);
    });
  }

  it('hands an answer on in one piece: a tool may take 20 ms of silence for its end', async () => {
    expect(await pieces('out')).toEqual([{ bytes: FRAME, at: wireNs(FRAME.length, BAUD) }]);
  });

  it('hands bytes to the part in pieces, the last when its stop bit has arrived', async () => {
    const arrived = await pieces('in');
    expect(arrived.length).toBeGreaterThan(1);
    expect(Buffer.concat(arrived.map(({ bytes }) => bytes)).equals(FRAME)).toBe(true);
    expect(arrived.at(-1)?.at).toBeCloseTo(wireNs(FRAME.length, BAUD), 0);
  });
});
