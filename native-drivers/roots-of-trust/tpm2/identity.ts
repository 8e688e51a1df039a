import { createHash } from 'node:crypto';
import { DriverError } from '#drivers/core/errors.ts';
import type { OperationContext, OperationResult } from '#drivers/core/operations.ts';
import { hasHandle } from '#drivers/protocols/tpm2/capabilities.ts';
import type { TpmClient } from '#drivers/protocols/tpm2/client.ts';
import { RH } from '#drivers/protocols/tpm2/constants.ts';
import {
  createPrimary,
  evictControl,
  flushContext,
  readPublic,
  sign,
  SIGNING_KEY,
} from '#drivers/protocols/tpm2/objects.ts';
import { certificationRequest } from '../certification-request.ts';
import { onceAndRead } from '../once.ts';
import { derSignature, spkiOf } from '../p256.ts';
import { deviceIdOf } from '../device-id.ts';
import { refuseIfAborted } from '../outcome.ts';
import { challengeMessage, leafIsFor, signatureHolds } from '../proof.ts';
import { readChain } from './nv-files.ts';
import { HANDLE } from './places.ts';
import { digestOf, requireUnowned } from './state.ts';

/**
 * Makes a P-256 signing key in the endorsement hierarchy and keeps it. A TPM that has one there is refused. What stands for helper
 * data is the digest in the key's name (SHA-256 of its public area). A TPM tells no score.
 */
export async function enrolKey(
  client: TpmClient,
  { signal }: OperationContext,
): Promise<OperationResult<'enrol'>> {
  await requireUnowned(client);
  if (await hasHandle(client, HANDLE.identity))
    throw new DriverError('enrol-refused', 'This TPM keeps a device key already.', {
      chip: 'untouched',
      context: { handle: `0x${HANDLE.identity.toString(16)}` },
    });
  refuseIfAborted(signal);
  const made = await createPrimary(client, RH.endorsement, SIGNING_KEY);
  try {
    const { done, lost } = await onceAndRead(
      () => evictControl(client, made.handle, HANDLE.identity),
      () => hasHandle(client, HANDLE.identity),
    );
    if (!done) throw notKept(lost);
  } finally {
    await flushContext(client, made.handle).catch(alreadyGone);
  }
  const { name, publicKey } = await identityOf(client);
  if (!Buffer.from(name).equals(made.public.name)) throw notKept(null);
  const output = { score: 0, deviceId: deviceIdOf(publicKey), helperDataHash: digestOf(name) };
  return { output, measurements: [] };
}

interface Identity {
  name: Uint8Array;
  /** SubjectPublicKeyInfo, DER. */
  publicKey: Uint8Array;
}

/** Rejects with `wrong-state` where no key is kept. */
async function identityOf(client: TpmClient): Promise<Identity> {
  if (!(await hasHandle(client, HANDLE.identity)))
    throw new DriverError('wrong-state', 'This TPM keeps no device key yet: enrol comes first.', {
      chip: 'not-locked',
    });
  const { name, point } = await readPublic(client, HANDLE.identity);
  if (point !== null) return { name, publicKey: spkiOf(point) };
  throw new DriverError('wrong-state', 'What this TPM keeps as device key is no key of P-256.', {
    chip: 'not-locked',
  });
}

async function signDigest(client: TpmClient, digest: Uint8Array): Promise<Uint8Array> {
  const { r, s } = await sign(client, HANDLE.identity, digest);
  return derSignature(r, s);
}

export async function requestOf(client: TpmClient, serial: string): Promise<OperationResult<'csr'>> {
  const { publicKey } = await identityOf(client);
  const subject = { serial, deviceId: deviceIdOf(publicKey), publicKey };
  const csr = await certificationRequest(subject, (digest) => signDigest(client, digest));
  return { output: { csr }, measurements: [{ name: 'csr-size', value: csr.length, unit: 'B' }] };
}

/** Challenge and answer, then the chain as the TPM holds it. Rejects with `verify-mismatch` where anything disagrees. */
export async function proveIdentity(
  client: TpmClient,
  challenge: Uint8Array,
): Promise<OperationResult<'prove'>> {
  const message = challengeMessage(challenge);
  const { publicKey } = await identityOf(client);
  const signature = await signDigest(client, createHash('sha256').update(message).digest());
  if (!signatureHolds(message, signature, publicKey))
    throw mismatch('The TPM did not sign the challenge with the key it shows.');
  const chain = await readChain(client);
  if (!leafIsFor(chain, publicKey)) throw mismatch('The certificate on the TPM is for another key.');
  const measurements = [{ name: 'signature', value: 1, unit: 'count' }];
  return { output: { publicKey, signature, chain }, measurements };
}

const mismatch = (message: string): DriverError =>
  new DriverError('verify-mismatch', message, { chip: 'not-locked' });

const notKept = (cause: unknown): DriverError =>
  new DriverError('verify-mismatch', 'The TPM does not keep the key it has made.', {
    chip: 'not-locked',
    cause,
  });

/** A link that broke cannot flush: a TPM forgets its transient objects at its next start. */
function alreadyGone(error: unknown): void {
  if (!(error instanceof DriverError)) throw error;
}
