import { describe, expect, it } from 'vitest';
import { addressOf, fitting, nextBlock, hexAddress, hexRows, lengthOf } from './hex-view.ts';

describe('a view of memory', () => {
  it('is rows of sixteen with their text, and marks what differs from before', () => {
    const rows = hexRows(0x02000000, `${'41'.repeat(16)}00ff`, `${'41'.repeat(15)}42` + '00ff');
    expect(rows.map(({ address, text }) => [hexAddress(address), text])).toEqual([
      ['02000000', 'A'.repeat(16)],
      ['02000010', '··'],
    ]);
    expect(rows[0]?.changed.indexOf(true)).toBe(15);
    expect(rows[1]?.changed).toEqual([false, false]);
  });
  it('marks nothing where nothing was read before', () => {
    expect(hexRows(0, '0011', null)[0]?.changed).toEqual([false, false]);
  });
  it.each([
    ['0x0200', 0x200],
    ['FFFFFFFF', 0xffff_ffff],
    ['', null],
    ['0x1ffffffff', null],
    ['12g', null],
  ])('address "%s"', (text, expected) => expect(addressOf(text)).toBe(expected));
  it.each([
    ['256', 256],
    ['0x100', 256],
    ['65536', 65_536],
    ['65537', null],
    ['0', null],
    ['ff', null],
  ])('length "%s"', (text, expected) => expect(lengthOf(text)).toBe(expected));
  it('goes on by blocks within an area, and stops at its ends', () => {
    const areas = [{ start: 0x1000, end: 0x117f }];
    expect([nextBlock(0x1000, 256, 1, areas), nextBlock(0x1000, 256, -1, areas)]).toEqual([0x1100, null]);
    expect([nextBlock(0x1100, 256, 1, areas), fitting(0x1100, 256, areas)]).toEqual([null, 128]);
    expect([nextBlock(0, 256, -1, []), fitting(0, 256, [])]).toEqual([null, 256]);
  });
});
