import { DriverError } from '#drivers/core/errors.ts';
import type { Transport } from '#drivers/core/link.ts';
import { CC, HEADER_BYTES, TAG } from '#drivers/protocols/tpm2/constants.ts';

/** Handles before the sessions (TPM 2.0 library, part 3, each command's table). */
const HANDLES: ReadonlyMap<number, number> = new Map<number, number>([
  ...([CC.nvDefineSpace, CC.createPrimary, CC.sign, CC.unseal, CC.hierarchyChangeAuth, 0x191] as const).map(
    (code) => [code, 1] as const,
  ),
  ...([CC.nvWrite, CC.nvRead, CC.nvWriteLock, CC.nvUndefineSpace, CC.evictControl] as const).map(
    (code) => [code, 2] as const,
  ),
]);
/** A digest of SHA-256 with its size: what follows in Sign is its scheme and a ticket, which a caller may leave to the key. */
const DIGEST_BYTES = 34;
/** Answers come in pieces of this size. */
const PIECE = 7;

export interface TpmExchange {
  command: Buffer;
  answer: Buffer;
}

/** A command without its sessions: another program authorizes by HMAC what this station does by password. */
export function meaningOf(command: Buffer): { code: number; handles: string; parameters: string } {
  const code = command.readUInt32BE(6);
  const body = command.subarray(HEADER_BYTES);
  if (command.readUInt16BE() !== TAG.sessions) return { code, handles: '', parameters: body.toString('hex') };
  const at = 4 * (HANDLES.get(code) ?? 0);
  const rest = body.subarray(at + 4 + body.readUInt32BE(at));
  const parameters = code === CC.sign ? rest.subarray(0, DIGEST_BYTES) : rest;
  return { code, handles: body.subarray(0, at).toString('hex'), parameters: parameters.toString('hex') };
}

const sameMeaning = (one: Buffer, other: Buffer): boolean =>
  JSON.stringify(meaningOf(one)) === JSON.stringify(meaningOf(other));

/** A link whose far end answers as the recorded TPM did to the next command that means the same; to any other, not at all. */
export class TpmPlayer implements Transport {
  readonly path = 'recording';
  readonly baudRate = 9600;
  private readonly left: TpmExchange[];
  private hear: (bytes: Uint8Array) => void = () => undefined;

  constructor(exchanges: readonly TpmExchange[]) {
    this.left = [...exchanges];
  }

  write(bytes: Uint8Array): Promise<void> {
    const index = this.left.findIndex(({ command }) => sameMeaning(command, Buffer.from(bytes)));
    const [found] = index < 0 ? [] : this.left.splice(0, index + 1).slice(index);
    if (found === undefined) {
      const hex = Buffer.from(bytes).toString('hex');
      return Promise.reject(new DriverError('device-error', `nobody asked for that: ${hex}`));
    }
    for (let at = 0; at < found.answer.length; at += PIECE) {
      const piece = found.answer.subarray(at, at + PIECE);
      setImmediate(() => this.hear(piece));
    }
    return Promise.resolve();
  }

  onData(listener: (bytes: Uint8Array) => void): () => void {
    this.hear = listener;
    return () => undefined;
  }

  onGone(): () => void {
    return () => undefined;
  }

  setBaudRate(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
