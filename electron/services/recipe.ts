import { z } from 'zod';
import { ARTEFACT_KINDS, type ArtefactKind } from '#drivers/core/desk-facts.ts';
import type { ToolDescription } from '#drivers/core/tool.ts';
import { toolSchema } from '#drivers/host/tool-schema.ts';
import { isDeviceName } from '#services/pki/profile.ts';

/**
 * A job here is a checked JSON recipe beside its artefacts (resources/jobs/<id>/job.json); docs/jobs.md describes it.
 * Phases are data: an operation of the drivers, or `issue`, which the station does itself. Form 1 knows the RA8M1 only and
 * stays readable for ever: stores and orders hold it, and its hash names it.
 */
const hex64 = z.string().regex(/^[0-9a-f]{64}$/);
const file = z.string().regex(/^\w[\w.-]{0,99}$/);
const artefact = z.strictObject({ file, sha256: hex64 });

const OPERATIONS_1 = [
  ...(['identify', 'initialize', 'inject-oem-root-key', 'program', 'verify'] as const),
  ...(['inject-boot-certificates', 'boot-application', 'enrol', 'reconstruct', 'csr', 'issue'] as const),
  ...(['inject', 'prove', 'lock', 'read-state'] as const),
] as const;
/** `read-memory` and `write-memory` are for the lab: a recipe never has them. */
const OPERATIONS_2 = [
  ...OPERATIONS_1,
  ...(['start-firmware', 'inject-key', 'generate-key', 'set-user-key', 'set-boundary'] as const),
  ...(['protect', 'move-lifecycle', 'burn', 'join-network'] as const),
] as const;

const scalar = z.union([z.string().max(400), z.number(), z.boolean()]);
const phaseFields = {
  id: z.string().regex(/^[a-z0-9-]{1,40}$/),
  title: z.string().min(1).max(40),
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
};
const phase1 = z.strictObject({
  ...phaseFields,
  operation: z.enum(OPERATIONS_1),
  params: z.record(z.string(), scalar).default({}),
});
const phase2 = z.strictObject({
  ...phaseFields,
  operation: z.enum(OPERATIONS_2),
  params: z.record(z.string(), z.union([scalar, z.array(z.string().max(60)).max(16)])).default({}),
});

const jobFields = {
  id: z.string().regex(/^[A-Z0-9-]{1,20}$/),
  name: z.string().min(1).max(60),
  revision: z.number().int().min(1),
  target: z.string(),
  rootOfTrust: z.string(),
  allowance: z.number().int().min(0).max(100_000_000),
};
/** Subject of the IDevID: the organization, and the text before the device's serial number. */
const certificate = z.strictObject({
  organization: z.string().min(1).max(64),
  commonNamePrefix: z
    .string()
    .min(1)
    .max(32)
    .refine(isDeviceName, 'a device with / + # or % in its name could be more than a device at a broker'),
});

export const recipe1 = z.strictObject({
  format: z.literal('rootline-job/1'),
  ...jobFields,
  artefacts: z.strictObject({
    firmware: artefact,
    oemRootKey: artefact,
    keyCertificate: artefact,
    codeCertificate: artefact,
  }),
  certificate,
  phases: z.array(phase1).min(1),
});

const FIXTURE_CONTROLS = ['any', 'modem-lines', 'relay', 'operator'] as const;
export const recipe2 = z.strictObject({
  format: z.literal('rootline-job/2'),
  ...jobFields,
  artefacts: z.record(
    z.string().regex(/^[a-zA-Z][a-zA-Z0-9-]{0,39}$/),
    z.strictObject({
      ...artefact.shape,
      kind: z.enum(ARTEFACT_KINDS),
      /** Where bytes go that carry no address of their own. */
      address: z
        .string()
        .regex(/^0x[0-9a-fA-F]{1,8}$/)
        .exactOptional(),
      /** Parts of a memory between two pieces may stay erased. */
      gaps: z.literal(true).exactOptional(),
      /** Which eFuses an ESP image is built for. */
      efuse: z.enum(['virtual', 'silicon']).exactOptional(),
    }),
  ),
  /** Null: no certificate is issued. */
  certificate: certificate.nullable().default(null),
  /** How reset and mode pin must be driven. */
  fixture: z.strictObject({ control: z.enum(FIXTURE_CONTROLS) }).default({ control: 'any' }),
  /** The maker's tool, for programmers that have one (docs/targets/vendor-tool.md). */
  tool: toolSchema.exactOptional(),
  phases: z.array(phase2).min(1),
});

export type RecipePhase = z.infer<typeof phase2>;
export interface Artefact {
  file: string;
  sha256: string;
  kind?: ArtefactKind;
  address?: string;
  gaps?: true;
  efuse?: 'virtual' | 'silicon';
}
/** Both forms, as everything behind the loader sees them. */
export type Recipe = Omit<z.infer<typeof recipe1>, 'format' | 'artefacts' | 'certificate' | 'phases'> & {
  format: 'rootline-job/1' | 'rootline-job/2';
  artefacts: Readonly<Record<string, Artefact>>;
  certificate: z.infer<typeof certificate> | null;
  fixture?: { control: (typeof FIXTURE_CONTROLS)[number] };
  tool?: ToolDescription;
  phases: RecipePhase[];
};

export const recipeSchema: z.ZodType<Recipe> = z.discriminatedUnion('format', [recipe1, recipe2]);

/** What the four artefacts of form 1 are: it does not say. */
const KINDS_1: Readonly<Record<string, ArtefactKind>> = {
  firmware: 'image',
  oemRootKey: 'rkey',
  keyCertificate: 'key-certificate',
  codeCertificate: 'code-certificate',
};

export function kindOf(name: string, { kind }: Artefact): ArtefactKind {
  return kind ?? KINDS_1[name] ?? 'image';
}
