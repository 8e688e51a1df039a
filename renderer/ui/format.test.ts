import { describe, expect, it } from 'vitest';
import { bytesOf, duration, glue, hex, measured, percent, rate, words } from './format.ts';

describe('numbers as people read them', () => {
  it('gives every duration its unit', () => {
    expect(duration(15.13)).toBe('15.1 s');
    expect(duration(185)).toBe('3 min 05 s');
    expect(duration(7800)).toBe('2 h 10 min');
    expect(duration(null)).toBe('–');
  });
  it('counts bytes in the unit of the whole', () => {
    expect(bytesOf(219_136, 327_680)).toBe('214 of 320 KiB');
    expect(bytesOf(12, 512)).toBe('12 of 512 B');
  });
  it('groups hex in bytes and keeps the tail', () => {
    expect(hex('2d419c07')).toBe('2D 41 9C 07');
    expect(hex('00112d419c07', 4)).toBe('…2D 41 9C 07');
  });
  it('shows shares, rates and measurements', () => {
    expect(percent(0.9921)).toBe('99.2 %');
    expect(rate(97_000)).toBe('97 kB/s');
    expect(measured(5.8124, '%')).toBe('5.812 %');
    expect(measured(64_290, 'B/s')).toBe('64.29 kB/s');
    expect(measured(10, 'count')).toBe('10');
    expect(words('bit-error-max')).toBe('Bit error max');
  });
  it('never breaks a line between a number and its unit', () => {
    expect(glue('Bit error 13.1 %, limit 12 %.')).toBe('Bit error 13.1\u00a0%, limit 12\u00a0%.');
  });
});
