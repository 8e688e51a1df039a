import { createHash } from 'node:crypto';
import type { Image } from '#drivers/core/image.ts';
import { intelHexOf } from '#drivers/targets/vendor-tool/intel-hex.ts';

/** Bytes that look like code to a wire and a flash, the same at each run: hashes of a counter. */
export function filler(name: string, length: number): Buffer {
  const blocks: Buffer[] = [];
  for (let at = 0; at * 32 < length; at += 1)
    blocks.push(createHash('sha256').update(`${name} ${at}`).digest());
  return Buffer.concat(blocks).subarray(0, length);
}

/** `b .`, twice: what the reset vector points at. */
const ENDLESS = Buffer.from('fee7fee7', 'hex');
const VECTORS = 16 * 4;

/** An image that a Cortex-M starts and that does nothing: vector table, an endless loop, filler. */
export function idleImage(name: string, address: number, length: number, stack: number): Buffer {
  const image = filler(name, length);
  const handler = (address + VECTORS) | 1;
  for (let at = 4; at < VECTORS; at += 4) image.writeUInt32LE(handler, at);
  image.writeUInt32LE(stack, 0);
  image.set(ENDLESS, VECTORS);
  return image;
}

export function asIntelHex(address: number, bytes: Uint8Array): Buffer {
  const image: Image = {
    ...{ sha256: '', format: 'binary', entryPoint: null, segments: [{ address, bytes }] },
  };
  return Buffer.from(intelHexOf(image));
}
