import { createHash } from 'node:crypto';
import { DriverError } from '#drivers/core/errors.ts';
import type { OperationContext, OperationResult } from '#drivers/core/operations.ts';
import type { AteccClient } from '#drivers/protocols/atecc/client.ts';
import { GEN_KEY, NONCE, OP, SIGN_DIGEST } from '#drivers/protocols/atecc/constants.ts';
import { certificationRequest } from '../certification-request.ts';
import { derSignatureOf, spkiOf } from '../p256.ts';
import { outcomeOf, refuseIfAborted } from '../qdid/outcome.ts';
import { challengeMessage, leafIsFor, signatureHolds } from '../qdid/prove.ts';
import { readConfigZone } from './config-zone.ts';
import { readChain } from './credentials.ts';
import { requireDataLocked } from './lifecycle.ts';
import { checkPolicy, SLOT } from './policy.ts';
import { hasKey } from './state.ts';

const POINT_BYTES = 64;

/**
 * Makes the private key in its slot; it never leaves it. A part that has one is refused: it would be another device. The
 * rules of the slots must be locked before (protect level CONFIG). The chip tells no score.
 */
export async function enrolKey(
  client: AteccClient,
  context: OperationContext,
): Promise<OperationResult<'enrol'>> {
  const zone = await readConfigZone(client);
  if (!zone.configLocked)
    throw new DriverError(
      'wrong-state',
      'The chip makes no key before its configuration is locked: protect level CONFIG comes first.',
      { chip: 'untouched', context: { serial: zone.serial } },
    );
  checkPolicy(zone);
  if (zone.slotLocked(SLOT.identity) || (await hasKey(client, zone)))
    throw new DriverError('enrol-refused', 'This part has its key already; it would become another device.', {
      chip: 'untouched',
      context: { serial: zone.serial },
    });
  refuseIfAborted(context.signal);
  context.progress({ done: 0, total: 1, unit: 'steps', note: 'Make key' });
  const command = { op: OP.genKey, p1: GEN_KEY.make, p2: SLOT.identity };
  const point = await client.run(command, POINT_BYTES, false).catch((error: unknown) => {
    throw outcomeOf(error);
  });
  const publicKey = await publicKeyOf(client);
  if (!Buffer.from(spkiOf(point)).equals(publicKey))
    throw new DriverError('verify-mismatch', 'The chip shows another key than the one it has made.', {
      chip: 'not-locked',
    });
  context.progress({ done: 1, total: 1, unit: 'steps', note: 'Make key' });
  const helperDataHash = createHash('sha256').update(publicKey).digest('hex');
  return { output: { score: 0, deviceId: zone.serial, helperDataHash }, measurements: [] };
}

/** SubjectPublicKeyInfo, DER, of the key in the identity slot. */
export async function publicKeyOf(client: AteccClient): Promise<Uint8Array> {
  const command = { op: OP.genKey, p1: GEN_KEY.publicOnly, p2: SLOT.identity };
  return spkiOf(await client.run(command, POINT_BYTES));
}

/** ECDSA-Sig-Value, DER, over a SHA-256 digest that goes through the message digest buffer as it is. */
async function signDigest(client: AteccClient, digest: Uint8Array): Promise<Uint8Array> {
  await client.run({ op: OP.nonce, p1: NONCE.passDigest, data: digest }, 1);
  const raw = await client.run({ op: OP.sign, p1: SIGN_DIGEST, p2: SLOT.identity }, POINT_BYTES);
  return derSignatureOf(raw);
}

export async function requestOf(client: AteccClient, serial: string): Promise<OperationResult<'csr'>> {
  const zone = await readConfigZone(client);
  requireDataLocked(zone);
  const subject = { serial, deviceId: zone.serial, publicKey: await publicKeyOf(client) };
  const csr = await certificationRequest(subject, (digest) => signDigest(client, digest));
  return { output: { csr }, measurements: [{ name: 'csr-size', value: csr.length, unit: 'B' }] };
}

/** Challenge and answer, then the chain as the part holds it. Rejects with `verify-mismatch` where anything disagrees. */
export async function proveIdentity(
  client: AteccClient,
  challenge: Uint8Array,
): Promise<OperationResult<'prove'>> {
  requireDataLocked(await readConfigZone(client));
  const message = challengeMessage(challenge);
  const publicKey = await publicKeyOf(client);
  const signature = await signDigest(client, createHash('sha256').update(message).digest());
  if (!signatureHolds(message, signature, publicKey))
    throw mismatch('The part did not sign the challenge with the key it shows.');
  const chain = await readChain(client);
  if (!leafIsFor(chain, publicKey)) throw mismatch('The certificate on the part is for another key.');
  return {
    output: { publicKey, signature, chain },
    measurements: [{ name: 'signature', value: 1, unit: 'count' }],
  };
}

const mismatch = (message: string): DriverError =>
  new DriverError('verify-mismatch', message, { chip: 'not-locked' });
