import { z } from 'zod';
import type { RecipePhase } from '#services/recipe.ts';

const none = z.strictObject({});

/** What each operation may be told. A misspelt name is refused, never ignored. */
const PARAMS = {
  identify: none,
  initialize: none,
  'inject-oem-root-key': z.strictObject({ permanent: z.boolean() }),
  program: none,
  verify: none,
  'inject-boot-certificates': none,
  'boot-application': none,
  enrol: none,
  reconstruct: z.strictObject({ reads: z.number().int().min(1).max(1000) }),
  csr: none,
  issue: none,
  // Configuration that goes onto the part as it stands: public, never secrets.
  inject: z.record(z.string().regex(/^[a-z][a-z0-9.-]{0,39}$/), z.string().max(200)),
  prove: none,
  lock: z.strictObject({ disableInitialize: z.boolean(), lockBoot: z.boolean() }),
  'read-state': none,
} satisfies Record<RecipePhase['operation'], z.ZodType>;

/** The first parameter that does not fit the operation, or null. */
export function wrongParam(phase: RecipePhase): { field: string; problem: string } | null {
  const issue = PARAMS[phase.operation].safeParse(phase.params).error?.issues[0];
  return issue === undefined ? null : { field: ['params', ...issue.path].join('.'), problem: issue.message };
}
