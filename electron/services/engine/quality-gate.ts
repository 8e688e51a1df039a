import type { Measurement, ReconstructResult } from '#drivers/core/operations.ts';
import type { RecipePhase } from '#services/recipe.ts';

type Limits = RecipePhase['limits'];

/** Limits of the gate that no recipe can loosen. */
const builtIn: Limits = [
  { name: 'other-identities', min: null, max: 0 },
  { name: 'helper-data-intact', min: 1, max: null },
  { name: 'identity-seen', min: null, max: 0 },
];

/** What the reads of a reconstruct test say, as measurements. `bit-error` is the worst read, in percent. */
export function checkReconstruction(
  deviceId: string,
  result: ReconstructResult,
  reads: number,
): Measurement[] {
  const rates = result.bitErrorRates;
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / (rates.length || Number.NaN);
  // A read that is missing is as good as another identity.
  const same = result.deviceIds.filter((id) => id === deviceId).length;
  return [
    { name: 'bit-error', value: rates.length === 0 ? Number.NaN : Math.max(...rates) * 100, unit: '%' },
    { name: 'bit-error-mean', value: mean * 100, unit: '%' },
    { name: 'other-identities', value: reads - same, unit: 'count' },
    { name: 'helper-data-intact', value: result.helperDataIntact ? 1 : 0, unit: 'count' },
  ];
}

/** 1 when another part of this store has the identity. */
export const identitySeen = (seen: boolean): Measurement => ({
  name: 'identity-seen',
  value: seen ? 1 : 0,
  unit: 'count',
});

/** Limits of a phase: the recipe's, and for the gate the built-in ones over them. */
export function limitsOf(phase: RecipePhase): Limits {
  if (phase.operation !== 'reconstruct') return phase.limits;
  const names = new Set(builtIn.map((limit) => limit.name));
  return [...phase.limits.filter((limit) => !names.has(limit.name)), ...builtIn];
}
