import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkImage } from '#drivers/images/check-image.ts';
import { RA8M1_AREAS } from '#drivers/images/known-areas.ts';
import { parseImage } from '#drivers/images/parse-image.ts';
import { buildFirmware, FIRMWARE } from './build-firmware.ts';

const committed = readFileSync(FIRMWARE);

describe('demo firmware', () => {
  it('is what its source builds to, byte for byte', () => {
    expect(buildFirmware().equals(committed)).toBe(true);
  });
  it('is one run of 320 KiB that fits an RA8M1, with an entry in the boot loader', () => {
    const image = parseImage(committed);
    checkImage(image, RA8M1_AREAS);
    expect(image.segments.map((segment) => [segment.address, segment.bytes.length])).toEqual([
      [0x02000000, 320 * 1024],
    ]);
    expect(image.entryPoint! & ~1).toBeGreaterThan(0x02000000);
    expect(image.entryPoint!).toBeLessThan(0x02010000);
  });
  it('reads the same to srec_cat', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rootline-firmware-'));
    try {
      const file = join(folder, 'flat.bin');
      execFileSync('srec_cat', [FIRMWARE, '-motorola', '-offset', '-0x02000000', '-o', file, '-binary']);
      expect(readFileSync(file).equals(Buffer.from(parseImage(committed).segments[0]!.bytes))).toBe(true);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
  it('holds sound MCUboot images with real data in both slots', () => {
    const bytes = Buffer.from(parseImage(committed).segments[0]!.bytes);
    for (const slot of [0x10000, 0x30000]) {
      const size = 0x200 + bytes.readUInt32LE(slot + 12);
      expect(bytes.readUInt32LE(slot)).toBe(0x96f3b83d);
      const hash = createHash('sha256')
        .update(bytes.subarray(slot, slot + size))
        .digest();
      expect(bytes.subarray(slot + size + 8, slot + size + 40)).toEqual(hash);
      const reset = bytes.readUInt32LE(slot + 0x204);
      expect(reset & 1).toBe(1);
      expect(size / 0x20000).toBeGreaterThan(0.9);
    }
  });
});
