import { createHash } from 'node:crypto';
import { z } from 'zod';
import { altered, CourierError, parsing } from './errors.ts';

export const COURIER_FORMAT = 'rootline-courier/1';
/** Parts of one transfer; their number has four digits in a file name. */
export const MAX_PARTS = 9_999;
/** A number has six digits in a file name. */
export const MAX_NUMBER = 999_999;

const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);
const word = z.string().min(1).max(120);
const party = z.strictObject({ kind: z.enum(['station', 'cloud']), id: word, name: z.string().max(120) });
export type Party = z.infer<typeof party>;

const transferFields = {
  transferId: z.uuid(),
  direction: z.enum(['up', 'down']),
  from: party,
  to: party,
  tenant: word,
  /** Per sender and addressee, from 1 on, without a gap. */
  number: z.number().int().min(1).max(MAX_NUMBER),
  /** SHA-256 of the manifest of the transfer before; null for number 1. */
  previous: sha256Hex.nullable(),
  contentType: word,
  /** What is inside: lines of UTF-8 that end in LF, none cut by the end of a part; or bytes, cut anywhere. */
  framing: z.enum(['lines', 'bytes']),
  /** UTC. */
  madeAt: z.iso.datetime(),
};

const partFields = {
  index: z.number().int().min(1).max(MAX_PARTS),
  last: z.boolean(),
  /** SHA-256 of the payload of the part before; null for part 1. */
  before: sha256Hex.nullable(),
  /** SHA-256 of this part's body as it stands here (compressed). */
  bodySha256: sha256Hex,
  /** Octets of the body after decompression. */
  clearBytes: z.number().int().min(0),
  /** Lines in it; 0 where the framing is bytes. */
  lines: z.number().int().min(0),
};

const header = z.strictObject({
  format: z.literal(COURIER_FORMAT),
  ...transferFields,
  part: z.strictObject(partFields),
});
export type PartHeader = z.infer<typeof header>;
/** What all parts of a transfer say alike. */
export type Transfer = Omit<PartHeader, 'part' | 'format'>;

/** Begins every payload: three letters and the version of the layout behind them. */
const MAGIC = Buffer.from('RLC\x01', 'latin1');
const PREFIX = MAGIC.length + 4;
const MAX_HEADER = 8_192;

/** Hash of anything here, as 64 hex digits. */
export function sha256(...bytes: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const each of bytes) hash.update(each);
  return hash.digest('hex');
}

/** Magic, length of the header (32 bits, big-endian), header (JSON), body. */
export function encodePayload(
  fields: PartHeader,
  body: Uint8Array,
): { payload: Buffer; headerBytes: Buffer } {
  const headerBytes = Buffer.from(JSON.stringify(header.parse(fields)));
  const prefix = Buffer.alloc(PREFIX);
  MAGIC.copy(prefix);
  prefix.writeUInt32BE(headerBytes.length, MAGIC.length);
  return { payload: Buffer.concat([prefix, headerBytes, body]), headerBytes };
}

export interface Payload {
  header: PartHeader;
  /** The header as it was signed. That of the last part is the transfer's manifest. */
  headerBytes: Buffer;
  body: Buffer;
  sha256: string;
}

const newer = (found: string): CourierError =>
  new CourierError('newer-format', 'The courier file was made by a newer version of Rootline.', {
    context: { found },
  });

function checkMagic(bytes: Buffer): void {
  if (bytes.length < PREFIX || !bytes.subarray(0, 3).equals(MAGIC.subarray(0, 3))) throw altered('magic');
  const version = bytes[3] ?? 0;
  if (version !== MAGIC[3]) throw newer(`layout ${version}`);
}

const formatOnly = z.looseObject({ format: z.string() });

function readHeader(json: Buffer): PartHeader {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(json);
  const fields: unknown = JSON.parse(text);
  const { format } = formatOnly.parse(fields);
  if (format !== COURIER_FORMAT && format.startsWith('rootline-courier/')) throw newer(format);
  return header.parse(fields);
}

/** Reads what `encodePayload` wrote. Throws `altered` or `newer-format`. */
export function decodePayload(bytes: Buffer): Payload {
  checkMagic(bytes);
  const length = bytes.readUInt32BE(MAGIC.length);
  if (length > MAX_HEADER || PREFIX + length > bytes.length) throw altered('header');
  const headerBytes = bytes.subarray(PREFIX, PREFIX + length);
  const body = bytes.subarray(PREFIX + length);
  const read = parsing('header', () => readHeader(headerBytes));
  if (sha256(body) !== read.part.bodySha256) throw altered('body');
  return { header: read, headerBytes, body, sha256: sha256(bytes) };
}

/** The transfer that a part belongs to, without what is the part's own. */
export function transferOf({ part: _part, format: _format, ...transfer }: PartHeader): Transfer {
  return transfer;
}

/** SHA-256 of the manifest: of the last part's header, which reaches every other part through the hashes in it. */
export const manifestOf = (headerBytes: Uint8Array): string => sha256(headerBytes);

/** Hash of everything that a transfer's parts say alike; two that differ are two transfers. */
export const identityOf = (transfer: Transfer): string => sha256(Buffer.from(JSON.stringify(transfer)));

/** `rl-up-<from>-000007-0003.rlc`. A name is for people: nothing is believed because of it. */
export function partName({ direction, from, number }: Transfer, index: number): string {
  const sender = from.id
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 40);
  return `rl-${direction}-${sender}-${String(number).padStart(6, '0')}-${String(index).padStart(4, '0')}.rlc`;
}

/** Whether a file of this name is meant to be a courier file. Sticks may change the case. */
export function isPartName(name: string): boolean {
  return /\.rlc$/i.test(name) && !name.startsWith('.');
}
