import { createHash } from 'node:crypto';
import { DriverError } from '#drivers/core/errors.ts';
import type { OperationContext, OperationResult } from '#drivers/core/operations.ts';
import type { AteccClient } from '#drivers/protocols/atecc/client.ts';
import { GEN_KEY, NONCE, OP, SIGN_DIGEST } from '#drivers/protocols/atecc/constants.ts';
import { certificationRequest } from '../certification-request.ts';
import { derSignatureOf, spkiOf } from '../p256.ts';
import { deviceIdOf } from '../device-id.ts';
import { outcomeOf, refuseIfAborted } from '../outcome.ts';
import { challengeMessage, leafIsFor, signatureHolds } from '../proof.ts';
import { readConfigZone } from './config-zone.ts';
import { readChain } from './credentials.ts';
import { requireDataLocked } from './lifecycle.ts';
import { checkPolicy, SLOT } from './policy.ts';
import { POINT_BYTES, publicKeyOf } from './public-key.ts';

/**
 * Makes the private key in its slot; it never leaves it. A part that has a certificate for its key is refused; a key without
 * one was left by a run that was broken off, and another takes its place. The rules of the slots must be locked before
 * (move-lifecycle to CONFIG_LOCKED). The chip tells no score.
 */
export async function enrolKey(
  client: AteccClient,
  context: OperationContext,
): Promise<OperationResult<'enrol'>> {
  const zone = await readConfigZone(client);
  if (!zone.configLocked)
    throw new DriverError(
      'wrong-state',
      'The chip makes no key before its configuration is locked: move-lifecycle to CONFIG_LOCKED comes first.',
      { chip: 'untouched', context: { serial: zone.serial } },
    );
  checkPolicy(zone);
  if (zone.slotLocked(SLOT.identity) || (zone.dataLocked && (await readChain(client)).length > 0))
    throw new DriverError('enrol-refused', 'This part is a device already; it would become another one.', {
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
  const deviceId = deviceIdOf(publicKey);
  // The key is all that an enrolment leaves behind.
  return { output: { score: 0, deviceId, helperDataHash: deviceId }, measurements: [] };
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
  const publicKey = await publicKeyOf(client);
  const subject = { serial, deviceId: deviceIdOf(publicKey), publicKey };
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
