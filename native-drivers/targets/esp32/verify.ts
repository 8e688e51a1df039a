import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { DriverError } from '#drivers/core/errors.ts';
import type { Image, Segment } from '#drivers/core/image.ts';
import type { OperationContext, OperationResult } from '#drivers/core/operations.ts';
import { checkImage } from '#drivers/images/check-image.ts';
import { flashArea, SECTOR_BYTES } from './identify.ts';
import type { Awake, EspPart } from './part.ts';
import { bytesIn, piecesOf } from './regions.ts';
import { md5Of, stopIfAborted } from './write.ts';

/** Larger digests would keep a person waiting without a word, and a stop. */
const STEP_BYTES = 0x100000;

/**
 * The chip digests its flash (MD5: against chance, not against an enemy) and the digests are compared. CRC-32 and
 * SHA-256 of the result are of the image's bytes, which the chip has said it holds.
 */
export async function verify(
  part: EspPart,
  image: Image,
  context: OperationContext,
): Promise<OperationResult<'verify'>> {
  const { client, flashBytes } = await part.use(context.signal);
  checkImage(image, [flashArea(flashBytes)], { allowGaps: true });
  const total = bytesIn(image.segments);
  const hash = createHash('sha256');
  let crc = 0;
  let done = 0;
  for (const step of image.segments.flatMap(stepsOf)) {
    stopIfAborted(context.signal);
    if ((await client.flashMd5(step.address, step.bytes.length)) !== md5Of(step.bytes))
      throw await mismatch(client, step);
    hash.update(step.bytes);
    crc = crc32(step.bytes, crc);
    done += step.bytes.length;
    context.progress({ done, total, unit: 'B', note: 'Verify' });
  }
  const output = { bytes: total, crc32: crc.toString(16).padStart(8, '0'), sha256: hash.digest('hex') };
  return { output, measurements: [{ name: 'verified', value: total, unit: 'B' }] };
}

function stepsOf({ address, bytes }: Segment): Segment[] {
  const steps: Segment[] = [];
  for (let at = 0; at < bytes.length; at += STEP_BYTES)
    steps.push({ address: address + at, bytes: bytes.subarray(at, at + STEP_BYTES) });
  return steps;
}

/** Names the first sector that differs. */
async function mismatch(client: Awake['client'], step: Segment): Promise<DriverError> {
  const differs = async ({ address, bytes }: Segment): Promise<boolean> =>
    (await client.flashMd5(address, bytes.length)) !== md5Of(bytes);
  let found = step;
  for (const piece of piecesOf(step)) {
    if (!(await differs(piece))) continue;
    found = piece;
    break;
  }
  for (let at = 0; at < found.bytes.length; at += SECTOR_BYTES) {
    const sector = { address: found.address + at, bytes: found.bytes.subarray(at, at + SECTOR_BYTES) };
    if (await differs(sector)) return differing(sector.address);
  }
  return differing(found.address);
}

const differing = (address: number): DriverError =>
  new DriverError('verify-mismatch', 'The chip holds other bytes than were written.', {
    chip: 'not-locked',
    context: { address: `0x${address.toString(16).padStart(8, '0')}` },
  });
