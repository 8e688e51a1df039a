import { createPublicKey, verify, X509Certificate } from 'node:crypto';
import { DriverError } from '#drivers/core/errors.ts';
import type { OperationContext, OperationResult } from '#drivers/core/operations.ts';
import { SmpOp } from '#drivers/protocols/smp/constants.ts';
import {
  challengeResponse,
  EnrolmentCommand,
  labelled,
  SIGN_CHALLENGE,
} from '#drivers/protocols/smp/enrolment.ts';
import type { AgentLink } from './agent-link.ts';
import { readObject } from './chunks.ts';

/** The bytes that the device key signs for a challenge: `rootline/challenge/1 || 00 || challenge`. */
export function challengeMessage(challenge: Uint8Array): Uint8Array {
  return labelled(SIGN_CHALLENGE, challenge);
}

/** ECDSA P-256 with SHA-256 over exactly `message`; DER signature, SubjectPublicKeyInfo key. False for anything malformed. */
export function signatureHolds(message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });
    const curve = key.asymmetricKeyDetails?.namedCurve;
    return curve === 'prime256v1' && verify('sha256', message, key, signature);
  } catch {
    return false;
  }
}

/** Challenge and answer, then the chain as the part holds it. Rejects with `verify-mismatch` when anything disagrees. */
export async function proveDevice(
  link: AgentLink,
  challenge: Uint8Array,
  context: OperationContext,
): Promise<OperationResult<'prove'>> {
  const { signal } = context;
  const answer = await link.ask(
    SmpOp.write,
    EnrolmentCommand.challenge,
    { challenge },
    challengeResponse,
    signal,
    {
      attempts: 3,
    },
  );
  if (!signatureHolds(challengeMessage(challenge), answer.sig, answer.pub))
    throw mismatch('The part did not sign the challenge with the key it shows.');
  const chain = splitDer(await readObject(link, EnrolmentCommand.chain, {}, context));
  if (!leafIsFor(chain, answer.pub)) throw mismatch('The certificate on the part is for another key.');
  const output = { publicKey: plain(answer.pub), signature: plain(answer.sig), chain };
  return { output, measurements: [{ name: 'signature', value: 1, unit: 'count' }] };
}

// A copy without Buffer's pool behind it: the result crosses a process boundary.
const plain = (bytes: Uint8Array): Uint8Array => Uint8Array.from(bytes);

const mismatch = (message: string): DriverError =>
  new DriverError('verify-mismatch', message, { chip: 'not-locked' });

/** True where the first certificate is for that key. */
export function leafIsFor(chain: readonly Uint8Array[], publicKey: Uint8Array): boolean {
  const [leaf] = chain;
  if (leaf === undefined) return false;
  try {
    const key = new X509Certificate(leaf).publicKey.export({ format: 'der', type: 'spki' });
    return key.equals(publicKey);
  } catch {
    return false;
  }
}

/** Certificates that stand one after the other, each a DER SEQUENCE with a two-byte length (X.690 8.1.3.5). */
export function splitDer(bytes: Uint8Array): Uint8Array[] {
  const view = Buffer.from(bytes);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < view.length;) {
    const isSequence = at + 4 <= view.length && view.readUInt16BE(at) === 0x3082;
    const end = isSequence ? at + 4 + view.readUInt16BE(at + 2) : Infinity;
    if (end > view.length)
      throw new DriverError('bad-frame', 'The chain on the part is no sequence of certificates.', {
        context: { at },
      });
    parts.push(bytes.slice(at, end));
    at = end;
  }
  return parts;
}
