import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { base64, certificateChain, instant, name, uuid } from './shapes.ts';
import { credentials } from './line.ts';

/**
 * Joining: the cloud's side shows an address and a one-time code; the station fetches the invitation, people compare
 * the fingerprint of its root on both screens, and only then does the station send its requests, with a proof that it
 * knows the code. The code itself never travels. The same three texts travel as files where there is no line.
 */
export const invitation = z.object({
  format: z.literal('rootline-invitation/1'),
  cloud: name,
  tenant: z.object({ id: uuid, name }),
  /** Where stations sync: `https://host:port`. Empty for a station that will never have a line. */
  stationUrl: z.string().max(512),
  /** Root of the cloud's own authority, DER; its SHA-256 is the fingerprint that people compare. */
  root: base64,
  protocol: z.object({ min: z.number().int(), max: z.number().int() }),
});
export type Invitation = z.infer<typeof invitation>;

export const joinRequest = z.object({
  format: z.literal('rootline-join/1'),
  /** First part of the code: says which invitation, tells nothing about the rest. */
  codeId: z.string().regex(/^[A-Z2-7]{4}$/),
  name,
  version: z.string().max(32),
  csr: base64.max(4096),
  courierCsr: base64.max(4096),
  /** The authority that signs this station's records and device certificates: root, issuing CA, station certificate. */
  authority: z.object({ root: base64.max(8192), issuing: base64.max(8192), station: base64.max(8192) }),
  at: instant,
});
export type JoinRequest = z.infer<typeof joinRequest>;

/** `POST /v1/join`, or a file. `request` is the text that the proof covers, byte for byte. */
export const sealedJoin = z.object({
  request: z.string().max(65_536),
  proof: z.string().regex(/^[0-9a-f]{64}$/),
});
export type SealedJoin = z.infer<typeof sealedJoin>;

export const membership = z.object({
  format: z.literal('rootline-membership/1'),
  tenant: z.object({ id: uuid, name }),
  stationId: uuid,
  stationName: name,
  stationUrl: z.string().max(512),
  credentials,
  /** Signs every message to stations; chain to the root. */
  tenantSigner: certificateChain,
  /** Receives courier files; chain to the root. */
  tenantCourier: certificateChain,
});
export type Membership = z.infer<typeof membership>;

/** Code as people read it: four groups of four of RFC 4648 base32, the first names the invitation. 80 bits in all. */
export const CODE = /^[A-Z2-7]{4}(-[A-Z2-7]{4}){3}$/;

/** As scanned or typed: case, spaces and dashes do not matter. Null where it cannot be a code. */
export function normalCode(text: string): string | null {
  const letters = text.toUpperCase().replaceAll(/[\s-]/g, '');
  const code = letters.match(/.{1,4}/g)?.join('-') ?? '';
  return CODE.test(code) ? code : null;
}

/** What a QR code of an invitation carries: `RLJ1;U=https://host:port;C=AAAA-BBBB-CCCC-DDDD;F=<first 16 hex>`. */
export function joinText(url: string, code: string, fingerprint: string): string {
  return `RLJ1;U=${url};C=${code};F=${fingerprint.slice(0, 16)}`;
}

export function parseJoinText(text: string): { url: string; code: string; fingerprint: string } | null {
  const found = /^RLJ1;U=(https:\/\/[^;]+);C=([^;]+);F=([0-9a-f]{16})$/.exec(text.trim());
  const code = normalCode(found?.[2] ?? '');
  return found?.[1] === undefined || found[3] === undefined || code === null
    ? null
    : { url: found[1], code, fingerprint: found[3] };
}

/** HMAC-SHA256 of the request's text under the code: whoever changes the request needs the code. */
export function joinProof(code: string, request: string): string {
  return createHmac('sha256', code).update('rootline/join/1\0').update(request).digest('hex');
}

export function proofHolds(code: string, { request, proof }: SealedJoin): boolean {
  return timingSafeEqual(Buffer.from(joinProof(code, request), 'hex'), Buffer.from(proof, 'hex'));
}
