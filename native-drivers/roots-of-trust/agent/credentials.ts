import { createHash } from 'node:crypto';
import { DriverError } from '#drivers/core/errors.ts';
import type { OperationContext, OperationInput, OperationResult } from '#drivers/core/operations.ts';
import { encodeMap } from '#drivers/protocols/smp/cbor.ts';
import { EnrolmentCommand } from '#drivers/protocols/smp/enrolment.ts';
import type { AgentLink } from './agent-link.ts';
import { readObject, writeObject } from './chunks.ts';

/** Certification request (RFC 2986, DER) signed by the device key, subject serialNumber as given. */
export async function readCsr(
  link: AgentLink,
  subjectSerial: string,
  context: OperationContext,
): Promise<OperationResult<'csr'>> {
  const csr = await readObject(link, EnrolmentCommand.csr, { serial: subjectSerial }, context);
  return { output: { csr }, measurements: [{ name: 'csr-size', value: csr.length, unit: 'B' }] };
}

/** Chain, then configuration (if any); the chain is read back and compared. */
export async function injectCredentials(
  link: AgentLink,
  input: OperationInput<'inject'>,
  context: OperationContext,
): Promise<OperationResult<'inject'>> {
  const [leaf] = input.chain;
  if (leaf === undefined)
    throw new DriverError('bad-argument', 'The certificate chain is empty.', { chip: 'not-locked' });
  const chain = new Uint8Array(Buffer.concat(input.chain));
  await writeObject(link, EnrolmentCommand.chain, chain, context);
  if (Object.keys(input.configuration).length > 0)
    await writeObject(link, EnrolmentCommand.configuration, encodeMap(input.configuration), context);
  const kept = await readObject(link, EnrolmentCommand.chain, {}, context);
  if (!Buffer.from(kept).equals(chain))
    throw new DriverError('verify-mismatch', 'The part holds another certificate chain than was sent.', {
      chip: 'not-locked',
    });
  const certificateFingerprint = createHash('sha256').update(leaf).digest('hex');
  const measurements = [{ name: 'chain-size', value: chain.length, unit: 'B' }];
  return { output: { certificateFingerprint }, measurements };
}
