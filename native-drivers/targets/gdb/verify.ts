import { DriverError } from '#drivers/core/errors.ts';
import type { GdbRemoteClient } from '#drivers/protocols/gdb-remote/client.ts';

/** `qCRC` (appendix E.4): most significant bit first, start FFFFFFFF, no final turn. */
const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index << 24;
  for (let bit = 0; bit < 8; bit += 1) value = (value << 1) ^ (value < 0 ? 0x04c11db7 : 0);
  return value;
});

/** As the server computes it. */
export function crcOf(bytes: Uint8Array): number {
  let value = -1;
  for (const byte of bytes) value = (value << 8) ^ (TABLE[((value >>> 24) ^ byte) & 0xff] ?? 0);
  return value >>> 0;
}

/** Memory of any length, as many questions under way as the server allows. Stops between two when told to. */
export async function readBack(
  client: GdbRemoteClient,
  address: number,
  length: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  const step = client.mostRead;
  const running: { at: number; read: Promise<Uint8Array> }[] = [];
  for (let at = 0; at < length || running.length > 0;) {
    if (signal.aborted)
      throw new DriverError('cancelled', 'The operation was cancelled.', { cause: signal.reason });
    if (at < length && running.length < client.window) {
      const read = client.read(address + at, Math.min(step, length - at));
      // Waited for in its turn: a failure of a later one must not end the process meanwhile.
      read.catch(() => undefined);
      running.push({ at, read });
      at += step;
      continue;
    }
    const first = running.shift();
    if (first !== undefined) bytes.set(await first.read, first.at);
  }
  return bytes;
}

/** Rejects with `verify-mismatch`, naming the first address that differs. */
export function compare(address: number, expected: Uint8Array, read: Uint8Array): void {
  const index = expected.findIndex((byte, at) => byte !== read[at]);
  if (index < 0) return;
  throw new DriverError('verify-mismatch', 'The chip holds other bytes than were written.', {
    chip: 'not-locked',
    context: { address: `0x${(address + index).toString(16).padStart(8, '0')}` },
  });
}
