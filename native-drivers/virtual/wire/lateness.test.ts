import { expect, it } from 'vitest';
import { IdealClock } from './ideal-clock.ts';
import { HOP_NS, Lateness } from './lateness.ts';
import { WakeUps } from './wake-ups.ts';

const MS = 1e6;
const lateness = () => {
  const ideal = new IdealClock();
  return { ideal, site: new Lateness(ideal, new WakeUps()) };
};

it('takes bytes to have left one hop before they were seen', () => {
  const { site } = lateness();
  expect(site.sent(500 * MS)).toBeLessThanOrEqual(500 * MS - HOP_NS);
});

it('does not charge the programmer with an answer that left late', () => {
  const { ideal, site } = lateness();
  site.leaves(100 * MS, 130 * MS);
  // A tenth of a millisecond after it got the answer the programmer goes on.
  const sent = site.sent(130 * MS + HOP_NS);
  expect(sent).toBeGreaterThanOrEqual(100 * MS);
  expect(sent).toBeLessThanOrEqual(100 * MS + HOP_NS);
  expect(ideal.read().behindSeconds).toBeCloseTo(0.0301, 9);
});

it('charges the programmer with its own time, late answer or not', () => {
  const { site } = lateness();
  site.leaves(100 * MS, 130 * MS);
  const own = site.sent(137 * MS) - 100 * MS;
  expect(own).toBeLessThanOrEqual(7 * MS);
  // The bench may have waited for a processor meanwhile; nothing comes before the answer that it follows.
  expect(own).toBeGreaterThanOrEqual(0);
});

it('owes nothing after a reset', () => {
  const { site } = lateness();
  site.leaves(100 * MS, 130 * MS);
  site.clear();
  expect(site.sent(1000 * MS)).toBeGreaterThan(131 * MS);
});
