import { z } from 'zod';
import type { Recipe, RecipePhase } from '#services/recipe.ts';

const none = z.strictObject({});
const name = z.string().min(1).max(40);
const artefact = z.string().min(1).max(40);
const images = z.strictObject({ image: z.union([artefact, z.array(artefact).min(1)]) });
const slot = { slot: name };

type Table = Record<string, z.ZodType>;
const BOTH = {
  ...{ identify: none, initialize: none, 'boot-application': none, enrol: none, csr: none, issue: none },
  ...{ prove: none, 'read-state': none },
  reconstruct: z.strictObject({ reads: z.number().int().min(1).max(1000) }),
  // Configuration that goes onto the part as it stands: public, never secrets.
  inject: z.record(z.string().regex(/^[a-z][a-z0-9.-]{0,39}$/), z.string().max(200)),
  lock: z.strictObject({ disableInitialize: z.boolean(), lockBoot: z.boolean() }),
} satisfies Table;

/** Form 1: each file has the one phase that it is for. */
const PARAMS_1: Table = {
  ...BOTH,
  ...{ program: none, verify: none, 'inject-boot-certificates': none },
  'inject-oem-root-key': z.strictObject({ permanent: z.boolean() }),
};

/** Keys in clear are no part of a job, so no phase can name one. */
const fuse = name.refine((text) => !text.endsWith('-key'), 'a key in clear is no part of a job');

const PARAMS_2: Readonly<Record<RecipePhase['operation'], z.ZodType>> = {
  ...BOTH,
  ...{ program: images, verify: images, 'start-firmware': none },
  // `keepKey: false` is what happens anyway, and stays readable; `true` is refused by target-asks.ts.
  enrol: z
    .strictObject({ keepKeyFor: artefact.exactOptional(), keepKey: z.boolean().exactOptional() })
    .refine((params) => Object.keys(params).length < 2, 'keepKey and keepKeyFor contradict each other'),
  'inject-oem-root-key': z.strictObject({ key: artefact, permanent: z.boolean() }),
  'inject-boot-certificates': z.strictObject({ keyCertificate: artefact, codeCertificate: artefact }),
  'inject-key': z.strictObject({ ...slot, key: artefact }),
  'generate-key': z.strictObject({ ...slot, bytes: z.number().int().min(1).max(512) }),
  // The station draws it, sends it in clear and forgets it; the recipe has to say that this is wanted.
  'set-user-key': z.strictObject({
    ...slot,
    bytes: z.number().int().min(1).max(512),
    inClear: z.literal(true),
  }),
  'set-boundary': z.record(name, z.number().int().min(0).max(65_535)),
  // An open one: a password is no part of a job. IEEE 802.11: at most 32 bytes.
  'join-network': z.strictObject({ network: z.string().regex(/^[\x20-\x7e]{1,32}$/) }),
  protect: z.strictObject({ level: name }),
  'move-lifecycle': z.strictObject({ to: name }),
  burn: z.union([
    z.strictObject({ fuse, value: z.string().regex(/^(?:[0-9a-f]{2}){1,32}$/) }),
    z.strictObject({ fuse, artefact }),
  ]),
};

/** The first parameter that does not fit the operation, or null. A misspelt name is refused, never ignored. */
export function wrongParam(
  { format }: Pick<Recipe, 'format'>,
  phase: RecipePhase,
): { field: string; problem: string } | null {
  const schema = format === 'rootline-job/1' ? PARAMS_1[phase.operation] : PARAMS_2[phase.operation];
  const issue = schema?.safeParse(phase.params).error?.issues[0];
  return issue === undefined ? null : { field: ['params', ...issue.path].join('.'), problem: issue.message };
}
