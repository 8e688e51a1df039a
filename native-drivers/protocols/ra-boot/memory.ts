import { COMMAND, MAX_PAYLOAD } from './constants.ts';
import type { RaBootClient } from './client.ts';
import { throwIfAborted } from './frame-link.ts';
import { isPacketRefusal } from './status.ts';
import { answerMs, crcMs, eraseMs, writeFrameMs } from './timing.ts';
import { encodeFrame, payloadOf } from './writer.ts';

/** What a long transfer needs from its caller: when to stop, whom to tell. Progress is in bytes of this call. */
export interface Transfer {
  signal: AbortSignal;
  progress(done: number): void;
}

/** Inclusive addresses, both multiples of the area's erase unit (the end, one less). */
export interface Range {
  start: number;
  end: number;
}

/** Erases one range of whole blocks (command 12). */
export async function erase(client: RaBootClient, range: Range, eraseUnit: number): Promise<void> {
  const bytes = range.end - range.start + 1;
  await client.link.command(
    COMMAND.erase,
    payloadOf(range.start, range.end),
    eraseMs(bytes, eraseUnit) + answerMs(32, client.baudRate),
  );
}

/**
 * Writes one run of whole phrases (command 13, then data frames, each answered). While a frame is on the wire and
 * in the flash the next one is already encoded, so an answer is followed by the next frame at once.
 */
export async function write(
  client: RaBootClient,
  address: number,
  bytes: Uint8Array,
  writeUnit: number,
  transfer: Transfer,
): Promise<void> {
  throwIfAborted(transfer.signal);
  const code = COMMAND.write;
  const header = payloadOf(address, address + bytes.length - 1);
  const opened = client.link.command(code, header, answerMs(32, client.baudRate));
  let next = frameAt(bytes, 0);
  await opened;
  const timeoutMs = writeFrameMs(MAX_PAYLOAD, client.baudRate, writeUnit);
  for (let offset = 0; offset < bytes.length; offset += MAX_PAYLOAD) {
    throwIfAborted(transfer.signal);
    const answered = client.link.exchange(next, code, timeoutMs);
    const done = Math.min(offset + MAX_PAYLOAD, bytes.length);
    next = frameAt(bytes, done);
    transfer.progress(offset);
    await answered;
  }
  transfer.progress(bytes.length);
}

function frameAt(bytes: Uint8Array, offset: number): Uint8Array {
  return encodeFrame('data', COMMAND.write, bytes.subarray(offset, offset + MAX_PAYLOAD));
}

/**
 * Acknowledges a data frame of a read when more follow: the status alone, as most public tools send it, or with second
 * status and address (R01AN5562 section 6.20.2.2, as a public tool quotes it; an RA4E1 was seen to insist on it).
 */
const ACKNOWLEDGE = {
  short: encodeFrame('data', COMMAND.read, Uint8Array.of(0)),
  long: encodeFrame('data', COMMAND.read, Uint8Array.of(0, 255, 255, 255, 255, 255, 255, 255, 255)),
};

/**
 * Reads a range (command 15); `take` gets each frame's bytes in order. A chip that refuses the short acknowledgement
 * is asked anew for the rest and gets the long one: reading changes nothing, so this costs one exchange.
 */
export async function read(
  client: RaBootClient,
  range: Range,
  transfer: Transfer,
  take: (bytes: Uint8Array, offset: number) => void,
): Promise<void> {
  const total = range.end - range.start + 1;
  const timeoutMs = answerMs(MAX_PAYLOAD, client.baudRate);
  let more = ACKNOWLEDGE.short;
  let ask = readCommand(range);
  for (let done = 0; done < total;) {
    throwIfAborted(transfer.signal);
    const frame = await client.link.exchange(ask, COMMAND.read, timeoutMs).catch((error: unknown) => {
      if (ask !== ACKNOWLEDGE.short || !isPacketRefusal(error)) throw error;
      return null;
    });
    if (frame === null) more = ACKNOWLEDGE.long;
    const bytes = frame?.payload.subarray(0, total - done);
    if (bytes !== undefined) take(bytes, done);
    done += bytes?.length ?? 0;
    ask = frame === null ? readCommand({ start: range.start + done, end: range.end }) : more;
    transfer.progress(done);
  }
}

function readCommand(range: Range): Uint8Array {
  return encodeFrame('command', COMMAND.read, payloadOf(range.start, range.end));
}

/** CRC-32 (IEEE 802.3) of a range as the chip computes it (command 18). */
export async function crc32Of(client: RaBootClient, range: Range): Promise<number> {
  const timeoutMs = crcMs(range.end - range.start + 1) + answerMs(32, client.baudRate);
  const frame = await client.link.command(COMMAND.crc, payloadOf(range.start, range.end), timeoutMs);
  return Buffer.from(frame.payload).readUInt32BE(0);
}
