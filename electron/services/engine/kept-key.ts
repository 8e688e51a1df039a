import { KEPT_KEY_FORM } from '#drivers/core/kept-key.ts';
import type { OperationInput, OperationOutput } from '#drivers/core/operations.ts';
import type { KeptKeyEvidence } from '#services/records/kept-key.ts';
import { filesOf, type ActContext } from './act.ts';
import { RunError } from './run-error.ts';

/** Whom the job keeps the private key for; nothing where it keeps none. */
export function keepWish(context: ActContext): OperationInput<'enrol'> {
  const [recipient] = filesOf(context);
  return recipient === undefined ? {} : { keepFor: { recipient, batch: context.batchId } };
}

/**
 * The sealed key as evidence. Throws `unsupported` where the job wants it kept and the driver gave none: such a unit
 * never passes. What the job did not ask for is not written down.
 */
export function keptKeyBody(
  { keepFor }: OperationInput<'enrol'>,
  { kept }: OperationOutput<'enrol'>,
): { keptKey?: KeptKeyEvidence } {
  if (keepFor === undefined) return {};
  if (kept === undefined) throw new RunError('unsupported', { missing: 'kept key' }, { chip: 'not-locked' });
  const { recipient, enc, ct } = kept;
  return { keptKey: { form: KEPT_KEY_FORM, recipient, enc: base64(enc), ct: base64(ct) } };
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
