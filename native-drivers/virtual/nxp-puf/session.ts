import type { SerialHost } from '../chip/serial-chip.ts';
import type { NxpPart } from './part.ts';
import type { Heard } from './wire.ts';

/** The largest data packet that this ROM takes and gives; no document that was read says what a UART's is. */
export const PACKET_BYTES = 512;

/** What a command may do. */
export interface NxpSession {
  readonly part: NxpPart;
  readonly host: SerialHost<NxpPart>;
  busy(nanoseconds: number): Promise<void>;
  /** The next packet; never resolves once the part is in reset. */
  next(): Promise<Heard>;
  /** Hands a packet back that begins something new. */
  unread(packet: Heard): void;
  send(bytes: Uint8Array): void;
  /** An answer and its acknowledgement. False where the host has given this command up. */
  respond(tag: number, status: number, ...values: number[]): Promise<boolean>;
  generic(status: number): Promise<boolean>;
  sayData(bytes: Uint8Array): Promise<boolean>;
}
