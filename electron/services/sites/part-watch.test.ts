import { expect, it } from 'vitest';
import { PartWatch } from './part-watch.ts';

const reports = (...steps: ((watch: PartWatch) => void)[]): boolean => {
  const watch = new PartWatch();
  for (const step of steps) step(watch);
  return watch.hasNew;
};
const report = (part: boolean, inserted: boolean) => (watch: PartWatch) => watch.reported(part, inserted);

it('knows a part as new from its coming until it was looked at, or is out', () => {
  expect(reports()).toBe(false);
  expect(reports(report(true, true))).toBe(true);
  // Said again: still the part that nobody has looked at.
  expect(reports(report(true, true), report(true, false))).toBe(true);
  expect(reports(report(true, true), (watch) => watch.mark(false), report(true, false))).toBe(false);
  expect(reports(report(true, true), report(false, false))).toBe(false);
});

it('takes any part for new after a time without reports, once', () => {
  const blind = (watch: PartWatch) => watch.blind();
  expect(reports(blind, report(true, false))).toBe(true);
  expect(reports(blind, report(false, false), report(true, false))).toBe(false);
  expect(reports(blind, report(true, false), (watch) => watch.mark(false), report(true, false))).toBe(false);
});
