import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Image } from '#drivers/core/image.ts';
import type { BootArea } from '#drivers/protocols/ra-boot/identity.ts';
import { eraseRanges, writeRuns } from './layout.ts';

const area = (start: number, end: number, eraseUnit: number): BootArea => ({
  kind: 'code',
  start,
  end,
  eraseUnit,
  writeUnit: 128,
  readUnit: 1,
  crcUnit: 1,
});
const AREAS = [area(0, 0xffff, 0x2000), area(0x1_0000, 0x3_ffff, 0x8000)];

const image = (segments: Image['segments']): Image => ({
  sha256: '',
  format: 'binary',
  segments,
  entryPoint: null,
});

/** Segments in order with gaps of any size between them, none overlapping. */
const images = fc
  .array(fc.tuple(fc.nat(600), fc.uint8Array({ minLength: 1, maxLength: 9000 })), {
    minLength: 1,
    maxLength: 12,
  })
  .map((pieces) => {
    let at = 0;
    const segments = pieces.map(([gap, bytes]) => {
      const address = at + gap;
      at = address + bytes.length;
      return { address, bytes };
    });
    return image(segments);
  });

describe('layout of an image on the chip', () => {
  it('holds every byte of the image and FF elsewhere, in whole phrases of one area, none twice', () => {
    fc.assert(
      fc.property(images, (input) => {
        const memory = new Uint8Array(0x4_0000).fill(0xff);
        let end = 0;
        for (const run of writeRuns(input, AREAS)) {
          expect(run.address % 128).toBe(0);
          expect(run.bytes.length % 128).toBe(0);
          expect(run.address).toBeGreaterThanOrEqual(end);
          end = run.address + run.bytes.length;
          expect(end - 1).toBeLessThanOrEqual(run.area.end);
          memory.set(run.bytes, run.address);
        }
        const wanted = new Uint8Array(0x4_0000).fill(0xff);
        for (const { address, bytes } of input.segments) wanted.set(bytes, address);
        expect(Buffer.compare(memory, wanted)).toBe(0);
      }),
    );
  });

  it('erases each block that is written once, and no other', () => {
    fc.assert(
      fc.property(images, (input) => {
        const runs = writeRuns(input, AREAS);
        const erased = new Set<number>();
        for (const { area: of, start, end } of eraseRanges(runs, 0x1_0000)) {
          expect((start - of.start) % of.eraseUnit).toBe(0);
          for (let block = start; block < end; block += of.eraseUnit) {
            expect(erased.has(block)).toBe(false);
            erased.add(block);
          }
        }
        const written = new Set(
          runs.flatMap(({ area: of, address, bytes }) => {
            const blocks: number[] = [];
            for (let at = address; at < address + bytes.length; at += 128)
              blocks.push(at - ((at - of.start) % of.eraseUnit));
            return blocks;
          }),
        );
        expect(erased).toEqual(written);
      }),
    );
  });

  it('refuses an address that no area holds', () => {
    expect(() => writeRuns(image([{ address: 0x9_0000, bytes: Uint8Array.of(1) }]), AREAS)).toThrow(
      expect.objectContaining({ code: 'image-range' }),
    );
  });
});
