import type { NxpSession } from './session.ts';
import { ABORT, ACK, NAK, type Heard } from './wire.ts';

const ABORTED = 10002;

/** Status; 0: go on. */
export type Sink = (bytes: Uint8Array, at: number) => Promise<number>;

/**
 * Data from the host: each packet is acknowledged as it comes and worked on in pieces of `unit`; the flash works while
 * the next packet is on the wire. A status other than 0 is told with an abort packet for the next data packet.
 */
export async function receive(rom: NxpSession, length: number, unit: number, sink: Sink): Promise<void> {
  let waiting = Buffer.alloc(0);
  let done = 0;
  let status = 0;
  while (done + waiting.length < length && status === 0) {
    const packet = await rom.next();
    if (packet.type === 'broken' || (packet.type === 'data' && nakked(rom))) {
      rom.send(NAK);
      continue;
    }
    if (packet.type !== 'data') {
      rom.unread(packet);
      return;
    }
    rom.send(ACK);
    waiting = Buffer.concat([waiting, packet.payload]);
    if (packet.payload.length === 0) status = ABORTED;
    while (
      status === 0 &&
      (waiting.length >= unit || (waiting.length > 0 && done + waiting.length >= length))
    ) {
      const piece = waiting.subarray(0, unit);
      status = await sink(piece, done);
      done += piece.length;
      waiting = waiting.subarray(piece.length);
    }
  }
  if (status !== 0 && status !== ABORTED && done + waiting.length < length) await abort(rom);
  await rom.generic(status);
}

/** The host hears of it in the place of an acknowledgement. */
async function abort(rom: NxpSession): Promise<void> {
  const packet: Heard = await rom.next();
  if (packet.type === 'data') rom.send(ABORT);
  else rom.unread(packet);
}

const nakked = (rom: NxpSession): boolean => rom.host.faults.take('nak-data') !== null;
