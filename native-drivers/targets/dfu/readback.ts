import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { DriverError } from '#drivers/core/errors.ts';
import type { Segment } from '#drivers/core/image.ts';
import type { OperationContext, OperationResult } from '#drivers/core/operations.ts';
import { stopIfAborted } from './stop.ts';

/** Reads every block back and compares it: neither boot loader has a digest. `verify-mismatch` names the address. */
export async function readBack(
  blocks: Iterable<Segment>,
  total: number,
  read: (address: number, length: number) => Promise<Uint8Array>,
  context: OperationContext,
): Promise<OperationResult<'verify'>> {
  const hash = createHash('sha256');
  let crc = 0;
  let done = 0;
  for (const { address, bytes } of blocks) {
    stopIfAborted(context.signal);
    const found = await read(address, bytes.length);
    compare(address, bytes, found);
    hash.update(found);
    crc = crc32(found, crc);
    done += found.length;
    context.progress({ done, total, unit: 'B', note: 'Read back' });
  }
  const output = { bytes: total, crc32: crc.toString(16).padStart(8, '0'), sha256: hash.digest('hex') };
  return { output, measurements: [{ name: 'verified', value: total, unit: 'B' }] };
}

function compare(address: number, expected: Uint8Array, found: Uint8Array): void {
  const index = expected.findIndex((byte, at) => byte !== found[at]);
  if (index < 0) return;
  throw new DriverError('verify-mismatch', 'The chip holds other bytes than were written.', {
    chip: 'not-locked',
    context: { address: `0x${(address + index).toString(16).padStart(8, '0')}` },
  });
}
