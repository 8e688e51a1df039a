import { describe, expect, it } from 'vitest';
import { DriverError } from '../core/errors.ts';
import type { Image } from '../core/image.ts';
import { checkImage, imageBytes, type CheckOptions } from './check-image.ts';
import { RA8M1_AREAS } from './known-areas.ts';

const areas = RA8M1_AREAS;
function image(...segments: [address: number, length: number][]): Image {
  return {
    sha256: '0'.repeat(64),
    format: 'binary',
    segments: segments.map(([address, length]) => ({ address, bytes: new Uint8Array(length) })),
    entryPoint: null,
  };
}
function refusal(subject: Image, options?: CheckOptions) {
  try {
    checkImage(subject, areas, options);
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    expect(error.chip).toBe('untouched');
    return { code: error.code, ...error.context };
  }
  return null;
}

describe('checkImage', () => {
  it('takes an image that fills code flash to its last byte', () => {
    const whole = image([0x02000000, 0x1f8000]);
    expect(refusal(whole)).toBeNull();
    expect(imageBytes(whole)).toBe(2016 * 1024);
  });
  it('names the first address outside', () => {
    expect(refusal(image([0x02000000, 0x1f8001]))).toEqual({ code: 'image-range', address: '0x021F8000' });
    expect(refusal(image([0x01ffffff, 2]))).toEqual({ code: 'image-range', address: '0x01FFFFFF' });
    expect(refusal(image([0x02000000, 128], [0x20000000, 4]))).toEqual({
      code: 'image-range',
      address: '0x20000000',
    });
  });
  it('names the first address of a gap, unless gaps are allowed', () => {
    const gap = image([0x02000000, 100], [0x02000100, 16]);
    expect(refusal(gap)).toEqual({ code: 'image-range', address: '0x02000064', gapBytes: 156 });
    expect(refusal(gap, { allowGaps: true })).toBeNull();
  });
  it('takes a gap that leaves no whole phrase out', () => {
    expect(refusal(image([0x02000000, 10], [0x02000080, 16]))).toBeNull();
    expect(refusal(image([0x02000000, 10], [0x02000020, 16]))).toBeNull();
    expect(refusal(image([0x02000000, 128], [0x02000101, 16]))).toMatchObject({ gapBytes: 129 });
  });
  it('sees a gap across two areas of one flash', () => {
    expect(refusal(image([0x02000000, 0x8000], [0x02010000, 128]))).toMatchObject({ address: '0x02008000' });
  });
  it('takes parts in different memories', () => {
    expect(refusal(image([0x02000000, 128], [0x27000000, 64]))).toBeNull();
  });
});
