import { expect, it } from 'vitest';
import { realPace, type Pace } from './pace.ts';
import { Wakes } from './wakes.ts';

/** Time that stands still until it is told to pass. */
function stoppedPace() {
  const asked: { ms: number; pass: () => void; gone: boolean }[] = [];
  const sleep: Pace['sleep'] = (ms, signal) => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const entry = { ms, pass: () => resolve(undefined), gone: false };
    signal?.addEventListener('abort', () => (entry.gone = true));
    asked.push(entry);
    return promise;
  };
  return { pace: { ...realPace, sleep }, asked };
}

it('an event that came while nobody waited is not lost, and is taken once', async () => {
  const { pace, asked } = stoppedPace();
  const wakes = new Wakes(pace);
  wakes.raise('rows');
  wakes.raise('rows');
  expect(await wakes.wait(5_000, 'rows')).toBe('rows');
  const second = wakes.wait(5_000, 'rows');
  asked.at(-1)?.pass();
  expect(await second).toBe('time');
});

it('who backs off is not woken by new rows, but by a person', async () => {
  const { pace, asked } = stoppedPace();
  const wakes = new Wakes(pace);
  const waiting = wakes.wait(60_000, 'now');
  wakes.raise('rows');
  wakes.raise('now');
  expect(await waiting).toBe('now');
  expect(asked).toMatchObject([{ ms: 60_000, gone: true }]);
  // The rows are still there for the next turn.
  expect(await wakes.wait(null, 'rows')).toBe('rows');
});

it('the end ends every wait from then on', async () => {
  const wakes = new Wakes(stoppedPace().pace);
  const waiting = wakes.wait(null);
  wakes.raise('close');
  expect(await waiting).toBe('close');
  expect(await wakes.wait(1_000, 'rows', 'now')).toBe('close');
});
