import { verify, X509Certificate, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';
import { EKU, sha256 } from '#cloud/pki/certificates.ts';
import { checkAuthority, checkEndEntity } from '#services/pki/chain.ts';
import { children, pick, readDer, TAG } from '#services/pki/der.ts';
import { deviceIdOf } from '#services/pki/device-key.ts';
import type { UpBody } from '#protocol/up.ts';

const verifyInPool = promisify(verify) as (
  algorithm: string,
  data: Uint8Array,
  key: { key: KeyObject; dsaEncoding: 'ieee-p1363' },
  signature: Uint8Array,
) => Promise<boolean>;

const header = z.object({
  alg: z.literal('ES256'),
  typ: z.literal('rootline-record+json'),
  x5c: z.array(z.base64()).min(2).max(4),
});

/** What a record must agree with itself about (docs/records.md); the rest is as the station wrote it. */
const recordFacts = z.object({
  deviceId: z.string().nullable(),
  outcome: z.literal('passed'),
  run: z.object({ id: z.string(), endedAt: z.iso.datetime().nullable() }),
  /** Null: a unit whose chip has no key that it could show. */
  certificate: z.object({ sha256: z.string(), der: z.base64() }).nullable(),
});

function need(condition: boolean, message: string): asserts condition {
  if (!condition) throw new TypeError(message);
}

interface Signer {
  leaf: X509Certificate;
  issuing: X509Certificate;
  /** Read out once: each look at a certificate's key makes a new one. */
  key: KeyObject;
  issuingKey: KeyObject;
}

/** SubjectPublicKeyInfo (RFC 5280, 4.1) as it stands in a certificate. */
function spkiOf(certificate: Buffer): Buffer {
  const body = children(pick(children(readDer(certificate, TAG.sequence)), 0, TAG.sequence));
  return pick(body, 6, TAG.sequence).raw;
}

/** Checks records of one station: what its signer's certificate says is read once per signer. */
export class RecordChecker {
  readonly #root: X509Certificate;
  readonly #signers = new Map<string, Signer>();

  /** `root`: the root of the authority that the station named when it joined, DER. */
  constructor(root: Uint8Array) {
    this.#root = new X509Certificate(Buffer.from(root));
  }

  /** Purposes and signatures of the signer's chain hold once and for all; its times are looked at per record. */
  #signerOf(protectedHeader: string, at: Date): Signer {
    const known = this.#signers.get(protectedHeader);
    if (known !== undefined) return known;
    const { x5c } = header.parse(JSON.parse(Buffer.from(protectedHeader, 'base64url').toString('utf8')));
    const [leaf, issuing] = x5c.map((der) => new X509Certificate(Buffer.from(der, 'base64')));
    need(leaf !== undefined && issuing !== undefined, 'It names no signer');
    checkAuthority(issuing, this.#root, at);
    checkEndEntity(leaf, issuing, 'station', at);
    const signer = { leaf, issuing, key: leaf.publicKey, issuingKey: issuing.publicKey };
    this.#signers.set(protectedHeader, signer);
    return signer;
  }

  /** Null where the record holds, otherwise why not. */
  async check(body: UpBody<'record'>): Promise<string | null> {
    try {
      await this.#holds(body);
      return null;
    } catch (error) {
      return error instanceof Error ? error.message.slice(0, 300) : 'It cannot be read';
    }
  }

  async #holds(body: UpBody<'record'>): Promise<void> {
    const facts = recordFacts.parse(JSON.parse(body.json));
    const at = new Date(facts.run.endedAt ?? Date.now());
    const signer = this.#signerOf(body.protected, at);
    const { leaf, issuing } = signer;
    for (const each of [leaf, issuing, this.#root])
      need(
        each.validFromDate <= at && at <= each.validToDate,
        'A certificate of its signer was not valid then',
      );
    const input = Buffer.from(`${body.protected}.${Buffer.from(body.json).toString('base64url')}`);
    const key = { key: signer.key, dsaEncoding: 'ieee-p1363' } as const;
    const signed = await verifyInPool('sha256', input, key, Buffer.from(body.signature, 'base64url'));
    need(signed, 'Its signature does not hold');
    need(facts.run.id === body.runId, 'It is the record of another run');
    const { deviceId, certificate } = facts;
    need(deviceId === body.deviceId, 'It is the record of another device');
    need(
      (deviceId === null) === (certificate === null),
      'It has a device id and no certificate, or the reverse',
    );
    if (deviceId !== null && certificate !== null) checkDevice({ deviceId, certificate }, signer, at);
  }
}

/** The certificate is the one that the record names, of its device, issued by the record's own authority. */
function checkDevice(
  { deviceId, certificate }: { deviceId: string; certificate: { sha256: string; der: string } },
  { issuing, issuingKey }: Signer,
  at: Date,
): void {
  const der = Buffer.from(certificate.der, 'base64');
  need(sha256(der) === certificate.sha256, 'The hash of its certificate is another');
  need(deviceIdOf(spkiOf(der)) === deviceId, 'The key of its certificate is not that of the device');
  const leaf = new X509Certificate(der);
  need(leaf.checkIssued(issuing) && leaf.verify(issuingKey), 'Its certificate is not of its authority');
  need(!leaf.ca && leaf.keyUsage.join() === EKU.client, 'Its certificate is not that of a device');
  need(leaf.validFromDate <= at && at <= leaf.validToDate, 'Its certificate was not valid then');
}
