import { z } from 'zod';
import { isDeviceName } from '#services/pki/profile.ts';

/**
 * A job here is a checked JSON recipe beside its artefacts (resources/jobs/<id>/job.json); docs/jobs.md describes it.
 * Phases are data: an operation of the drivers, or `issue`, which the station does itself.
 */
const hex64 = z.string().regex(/^[0-9a-f]{64}$/);
const artefact = z.strictObject({ file: z.string().regex(/^\w[\w.-]{0,99}$/), sha256: hex64 });

const phaseSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,40}$/),
  title: z.string().min(1).max(40),
  operation: z.enum([
    'identify',
    'initialize',
    'inject-oem-root-key',
    'program',
    'verify',
    'inject-boot-certificates',
    'boot-application',
    'enrol',
    'reconstruct',
    'csr',
    'issue',
    'inject',
    'prove',
    'lock',
    'read-state',
  ]),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  /** A measurement outside its limits fails the run with code `limit` naming it. */
  limits: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(60),
        min: z.number().nullable().default(null),
        max: z.number().nullable().default(null),
      }),
    )
    .default([]),
  irreversible: z.boolean().default(false),
  /** Longest time the phase may take, seconds: the engine aborts it then. */
  timeout: z.number().positive().max(3600),
});

export const recipeSchema = z.strictObject({
  format: z.literal('rootline-job/1'),
  id: z.string().regex(/^[A-Z0-9-]{1,20}$/),
  name: z.string().min(1).max(60),
  revision: z.number().int().min(1),
  target: z.string(),
  rootOfTrust: z.string(),
  allowance: z.number().int().min(0).max(100_000_000),
  artefacts: z.strictObject({
    firmware: artefact,
    oemRootKey: artefact,
    keyCertificate: artefact,
    codeCertificate: artefact,
  }),
  /** Subject of the IDevID: the organization, and the text before the device's serial number. */
  certificate: z.strictObject({
    organization: z.string().min(1).max(64),
    commonNamePrefix: z
      .string()
      .min(1)
      .max(32)
      .refine(isDeviceName, 'a device with / + # or % in its name could be more than a device at a broker'),
  }),
  phases: z.array(phaseSchema).min(1),
});
export type Recipe = z.infer<typeof recipeSchema>;
export type RecipePhase = z.infer<typeof phaseSchema>;
