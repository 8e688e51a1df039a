import { expect, it } from 'vitest';
import { uidIn } from './module.ts';

it.each([
  ['0x5e,0x05,0xA0,0x00', '5e05a000'],
  ['5e, 5, a0, 0', '5e05a000'],
  ['UDID,5E05A000', '5e05a000'],
  ['0x5e,0x05,0xa0', null],
  ['0x5e,0x05,,0xa0,0x00', null],
  ['not set', null],
])('a unique id said as "%s"', (said, digits) => {
  expect(uidIn(said)).toBe(digits);
});
