import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseDfuse } from './dfuse-file.ts';

/** A file by UM0391 with one target. */
function dfuse(
  elements: [address: number, bytes: Uint8Array][],
  device: readonly [product: number, vendor: number] = [0xdf11, 0x0483],
): Buffer {
  const body = elements.map(([address, bytes]) => {
    const head = Buffer.alloc(8);
    head.writeUInt32LE(address, 0);
    head.writeUInt32LE(bytes.length, 4);
    return Buffer.concat([head, bytes]);
  });
  const target = Buffer.alloc(274);
  target.write('Target', 0, 'latin1');
  target.writeUInt32LE(
    body.reduce((sum, one) => sum + one.length, 0),
    266,
  );
  target.writeUInt32LE(elements.length, 270);
  const prefix = Buffer.alloc(11);
  prefix.write('DfuSe', 0, 'latin1');
  prefix[5] = 1;
  prefix[10] = 1;
  const suffix = Buffer.alloc(16);
  suffix.writeUInt16LE(device[0], 2);
  suffix.writeUInt16LE(device[1], 4);
  suffix.writeUInt16LE(0x011a, 6);
  suffix.write('UFD', 8, 'latin1');
  suffix[11] = 16;
  const file = Buffer.concat([prefix, target, ...body, suffix]);
  file.writeUInt32LE(file.length - 16, 6);
  file.writeUInt32LE(~crc32(file.subarray(0, -4)) >>> 0, file.length - 4);
  return file;
}

const bytes = Uint8Array.of(1, 2, 3, 4);
const resealed = (file: Buffer): Buffer => {
  file.writeUInt32LE(~crc32(file.subarray(0, -4)) >>> 0, file.length - 4);
  return file;
};

describe('a DfuSe file', () => {
  it('gives its elements and the device that it is for', () => {
    const file = dfuse([
      [0x08000000, bytes],
      [0x08010000, Uint8Array.of(9)],
    ]);
    expect(parseDfuse(file)).toEqual({
      device: '0483:df11',
      segments: [
        { address: 0x08000000, bytes },
        { address: 0x08010000, bytes: Uint8Array.of(9) },
      ],
    });
    expect(parseDfuse(dfuse([[0, bytes]], [0xffff, 0xffff])).device).toBeNull();
  });

  it('has the suffix that dfu-suffix finds', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rootline-dfuse-'));
    try {
      const path = join(folder, 'a.dfu');
      writeFileSync(path, dfuse([[0x08000000, bytes]]));
      const told = execFileSync('dfu-suffix', ['--check', path], { encoding: 'utf8' });
      expect(told).toMatch(/Product ID:\s*0xDF11/);
      expect(told).toMatch(/Vendor ID:\s*0x0483/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it.each<[string, (file: Buffer) => Buffer]>([
    ['crc', (file) => Buffer.from(file.fill(7, 290, 291))],
    ['prefix', (file) => file.fill('X', 0, 1)],
    ['size', (file) => file.subarray(0, -1)],
    ['suffix', (file) => file.fill('X', file.length - 8, file.length - 7)],
    ['targets', (file) => resealed(file.fill(2, 10, 11))],
    ['element 0', (file) => resealed(file.fill(0xff, 289, 293))],
    ['elements', (file) => resealed(file.fill(0, 281, 285))],
    ['target', (file) => resealed(file.fill('X', 11, 12))],
  ])('is refused for its %s', (field, change) => {
    expect(() => parseDfuse(change(dfuse([[0x08000000, bytes]])))).toThrow(
      expect.objectContaining({
        code: 'bad-argument',
        context: expect.objectContaining({ field }) as object,
      }),
    );
  });
});
