import { createHash } from 'node:crypto';
import { DriverError } from '#drivers/core/errors.ts';
import type { Image } from '#drivers/core/image.ts';
import { parseMcubootImage, type McubootImage } from '#drivers/images/mcuboot.ts';

const ERASED = 0xff;

/** An image as it goes over the wire. */
export interface SmpImage extends McubootImage {
  bytes: Uint8Array;
  /** Of `bytes`. */
  sha256: Uint8Array;
}

/**
 * One run of bytes that MCUboot takes as an image. Refused before anything is sent: `image-format`, and `image-range` for
 * a file that lies elsewhere than it was built for. What is erased behind the TLVs is not sent.
 */
export function smpImage(image: Image): SmpImage {
  const [segment, ...more] = image.segments;
  if (segment === undefined || more.length > 0)
    throw new DriverError('image-format', 'An image for MCUboot is one run of bytes.', {
      chip: 'untouched',
      context: { reason: 'gap', segments: image.segments.length },
    });
  const parsed = parseMcubootImage(segment.bytes);
  checkPlace(image, segment.address, parsed);
  const rest = segment.bytes.subarray(parsed.totalBytes);
  const bytes = rest.every((byte) => byte === ERASED)
    ? segment.bytes.subarray(0, parsed.totalBytes)
    : segment.bytes;
  return { ...parsed, bytes, sha256: createHash('sha256').update(bytes).digest() };
}

/** A binary file has no address of its own. */
function checkPlace({ format }: Image, found: number, { address }: McubootImage): void {
  if (format === 'binary' || address === null || address === found) return;
  throw new DriverError('image-range', 'The image was built for another slot than its file is for.', {
    chip: 'untouched',
    context: { address: hex(found), builtFor: hex(address) },
  });
}

const hex = (address: number): string => `0x${address.toString(16).padStart(8, '0')}`;
