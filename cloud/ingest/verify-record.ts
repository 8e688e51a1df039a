import { verify, X509Certificate, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';
import { sha256 } from '#cloud/pki/certificates.ts';
import { checkAuthority, checkEndEntity } from '#services/pki/chain.ts';
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
  deviceId: z.string(),
  outcome: z.literal('passed'),
  run: z.object({ id: z.string(), endedAt: z.iso.datetime().nullable() }),
  certificate: z.object({ sha256: z.string(), der: z.base64() }),
});

function need(condition: boolean, message: string): asserts condition {
  if (!condition) throw new TypeError(message);
}

interface Signer {
  leaf: X509Certificate;
  issuing: X509Certificate;
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
    const signer = { leaf, issuing };
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
    const { leaf, issuing } = this.#signerOf(body.protected, at);
    for (const each of [leaf, issuing, this.#root])
      need(
        each.validFromDate <= at && at <= each.validToDate,
        'A certificate of its signer was not valid then',
      );
    const input = Buffer.from(`${body.protected}.${Buffer.from(body.json).toString('base64url')}`);
    const key = { key: leaf.publicKey, dsaEncoding: 'ieee-p1363' } as const;
    const signed = await verifyInPool('sha256', input, key, Buffer.from(body.signature, 'base64url'));
    need(signed, 'Its signature does not hold');
    need(facts.run.id === body.runId, 'It is the record of another run');
    need(facts.deviceId === body.deviceId, 'It is the record of another device');
    this.#checkCertificate(facts, issuing, at);
  }

  #checkCertificate(
    { deviceId, certificate }: z.infer<typeof recordFacts>,
    issuing: X509Certificate,
    at: Date,
  ): void {
    const der = Buffer.from(certificate.der, 'base64');
    need(sha256(der) === certificate.sha256, 'The hash of its certificate is another');
    const leaf = new X509Certificate(der);
    checkEndEntity(leaf, issuing, 'device', at);
    const key = leaf.publicKey.export({ type: 'spki', format: 'der' });
    need(deviceIdOf(key) === deviceId, 'The key of its certificate is not that of the device');
  }
}
