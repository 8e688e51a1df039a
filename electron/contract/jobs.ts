import { z } from 'zod';
import { channel, nothing, shortText } from './channel.ts';

export const jobView = z.strictObject({
  id: z.string(),
  name: z.string(),
  revision: z.number().int(),
  /** First 32 bits of the SHA-256 of the canonical recipe and artefacts, as an operator compares it: `9F3C 11A0`. */
  checksum: z.string(),
  sha256: z.string(),
  target: z.string(),
  targetTitle: z.string(),
  rootOfTrust: z.string(),
  allowance: z.strictObject({ total: z.number().int(), left: z.number().int() }),
  images: z.array(
    z.strictObject({
      name: z.string(),
      sha256: z.string(),
      bytes: z.number().int(),
      /** What it calls itself; null: it does not say, or its kind is not one that does. */
      says: z.string().nullable(),
    }),
  ),
  phases: z.array(z.strictObject({ id: z.string(), title: z.string(), irreversible: z.boolean() })),
  /** Private keys are kept, sealed for the key of that SHA-256 (of its SubjectPublicKeyInfo). Null: none is. */
  keptFor: z
    .strictObject({
      /** Null: the job's files are gone, and the recipe alone does not say. */
      fingerprint: z.string().nullable(),
    })
    .nullable(),
  /** The traveller as a scanner reads it, on a demo station. */
  demoTraveller: z.string().optional(),
});
export type JobView = z.infer<typeof jobView>;

export const jobChannels = {
  'jobs.list': channel('signed-in', nothing, z.strictObject({ jobs: z.array(jobView) })),
  'jobs.get': channel('signed-in', z.strictObject({ jobId: shortText }), jobView),
};
