import { DriverError } from '#drivers/core/errors.ts';
import type { OperationContext, OperationResult } from '#drivers/core/operations.ts';
import { SmpOp } from '#drivers/protocols/smp/constants.ts';
import { challengeResponse, EnrolmentCommand } from '#drivers/protocols/smp/enrolment.ts';
import { challengeMessage, leafIsFor, signatureHolds, splitDer } from '../proof.ts';
import type { AgentLink } from './agent-link.ts';
import { readObject } from './chunks.ts';

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
