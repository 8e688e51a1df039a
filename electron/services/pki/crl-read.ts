import type { X509Certificate } from 'node:crypto';
import { CRL_OID, subjectOf } from './crl.ts';
import { children, DerError, oidText, pick, readDer, TAG, type DerElement } from './der.ts';
import { pkiError } from './errors.ts';
import { verifyDer } from './signer.ts';

/** What a list says of itself. */
export interface CrlFacts {
  number: number;
  thisUpdate: Date;
  nextUpdate: Date;
  /** Serial numbers, lower-case hex without leading zeros. */
  serials: Set<string>;
}

function timeOf(element: DerElement | undefined): Date {
  const text = element?.content.toString('latin1') ?? '';
  const digits =
    element?.tag === TAG.utcTime ? `${Number(text.slice(0, 2)) < 50 ? '20' : '19'}${text}` : text;
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(digits);
  if (parts === null) throw new DerError('Not a time of RFC 5280', 0);
  const [year = 0, month = 1, ...rest] = parts.slice(1).map(Number);
  return new Date(Date.UTC(year, month - 1, ...rest));
}

/** Serial as Node's X509Certificate has it, in lower case. */
export function normalSerial(hex: string): string {
  return hex.toLowerCase().replace(/^0+(?=.)/, '');
}

function numberOf(extensions: readonly DerElement[]): number {
  for (const each of extensions) {
    const fields = children(each);
    if (oidText(pick(fields, 0, TAG.oid).content) !== CRL_OID.number) continue;
    const value = readDer(fields.at(-1)?.content ?? Buffer.alloc(0), TAG.integer);
    const number = Number(BigInt(`0x${value.content.toString('hex')}`));
    if (Number.isSafeInteger(number)) return number;
  }
  throw new DerError('No number, or one beyond 2^53', 0);
}

interface RawCrl {
  body: DerElement;
  signature: Buffer;
  fields: DerElement[];
}

function parse(crl: Uint8Array): RawCrl {
  const parts = children(readDer(crl, TAG.sequence));
  const body = pick(parts, 0, TAG.sequence);
  const bits = pick(parts, 2, TAG.bitString).content;
  if (parts.length !== 3 || bits[0] !== 0) throw new DerError('Not a list of revoked certificates', 0);
  return { body, signature: bits.subarray(1), fields: children(body) };
}

function factsOf({ fields }: RawCrl): CrlFacts {
  pick(fields, 0, TAG.integer);
  const extensions = children(pick(children(pick(fields, fields.length - 1, TAG.context0)), 0, TAG.sequence));
  const entries = fields[5]?.tag === TAG.sequence ? children(fields[5]) : [];
  const serials = entries.map((entry) => pick(children(entry), 0, TAG.integer).content.toString('hex'));
  return {
    number: numberOf(extensions),
    thisUpdate: timeOf(fields[3]),
    nextUpdate: timeOf(fields[4]),
    serials: new Set(serials.map(normalSerial)),
  };
}

/**
 * Reads a list that another signed (RFC 5280, 5), once its issuer and signature are those of `issuer`. Throws AppError
 * `chain-invalid`.
 */
export function readCrl(crl: Uint8Array, issuer: X509Certificate): CrlFacts {
  try {
    const raw = parse(crl);
    if (!pick(raw.fields, 2, TAG.sequence).raw.equals(subjectOf(issuer.raw)))
      throw new DerError('Another issuer', 0);
    if (!verifyDer(issuer.publicKey, raw.body.raw, raw.signature)) throw new DerError('Signature fails', 0);
    return factsOf(raw);
  } catch (cause) {
    throw pkiError(
      'chain-invalid',
      'The list of revoked certificates is not one of its issuer.',
      'The list that was there before stays; have the issuer make a new one.',
      cause,
    );
  }
}
