import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeadlineClock, nowNs } from './deadline-clock.ts';
import { IdealClock } from './ideal-clock.ts';
import { Lateness } from './lateness.ts';
import { PacedLine } from './paced-line.ts';

describe('deadline clock', () => {
  it('runs callbacks in the order of their times, equal ones in the order of asking', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 30 }),
        async (delays) => {
          const clock = new DeadlineClock();
          const start = nowNs();
          const ran: number[] = [];
          const waits = delays.map((delay, index) =>
            clock.until(start + delay * 10_000).then(() => ran.push(index)),
          );
          await Promise.all(waits);
          const sorted = delays
            .map((delay, index) => [delay, index] as const)
            .sort(([a, i], [b, j]) => a - b || i - j);
          expect(ran).toEqual(sorted.map(([, index]) => index));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('never runs one before its time', async () => {
    const clock = new DeadlineClock();
    const time = nowNs() + 5e6;
    await clock.until(time);
    expect(nowNs()).toBeGreaterThanOrEqual(time);
  });
});

describe('paced line', () => {
  it('delivers all bytes in order, the last at its ideal time', async () => {
    const clock = new DeadlineClock();
    const ideal = new IdealClock();
    const bytes = Uint8Array.from({ length: 500 }, (_, index) => index);
    const start = nowNs();
    const got: number[] = [];
    const end = await new Promise<number>((resolve) => {
      const pace = { clock, lateness: new Lateness(ideal, clock.wakeUps) };
      const line = new PacedLine('in', pace, ideal, (piece, at) => {
        got.push(...piece);
        if (got.length === bytes.length) resolve(at);
      });
      line.push(bytes, 1_000_000, start);
    });
    expect(got).toEqual([...bytes]);
    expect(end - start).toBeCloseTo(500 * 10 * 1000, -1);
    expect(ideal.read()).toMatchObject({ bytesIn: 500, wireSeconds: 0.005 });
  });

  it('counts the ideal time of an unpaced line too', () => {
    const ideal = new IdealClock();
    new PacedLine('out', null, ideal, () => undefined).push(new Uint8Array(96), 9600);
    expect(ideal.read().idealSeconds).toBeCloseTo(0.1);
  });
});
