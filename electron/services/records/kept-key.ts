import { z } from 'zod';
import { hex64 } from '#contract/channel.ts';
import { KEPT_KEY_FORM } from '#drivers/core/kept-key.ts';
import type { UnitRecord } from './record-schema.ts';

/** `keptKey` in the evidence of an enrolment (docs/records.md). `enc`, `ct`: base64. */
const keptKeySchema = z.strictObject({
  form: z.literal(KEPT_KEY_FORM),
  /** SHA-256 of the SubjectPublicKeyInfo that it is sealed for. */
  recipient: hex64,
  enc: z.base64(),
  ct: z.base64(),
});
export type KeptKeyEvidence = z.infer<typeof keptKeySchema>;

/** The sealed key of a unit, and the device id that it is of. Null: none was kept. Throws for one of another form. */
export function keptKeyOf({
  phases,
}: Pick<UnitRecord, 'phases'>): { key: KeptKeyEvidence; deviceId: string } | null {
  const evidence = phases.find(({ operation }) => operation === 'enrol')?.evidence;
  if (evidence?.['keptKey'] === undefined) return null;
  return { key: keptKeySchema.parse(evidence['keptKey']), deviceId: hex64.parse(evidence['deviceId']) };
}
