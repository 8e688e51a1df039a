import type { MeasurementView } from '#contract/sites.ts';
import type { Measurement } from '#drivers/core/operations.ts';
import type { RecipePhase } from '#services/recipe.ts';
import { RunError } from './run-error.ts';

const round = (value: number) => Math.round(value * 1000) / 1000;

/** `bit-error` -> `Bit error`: a measurement's name as a sentence begins. */
export function measurementTitle(name: string): string {
  const words = name.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Sets each measurement beside its limits. A value that is not a number holds no limit. */
export function judgeMeasurements(
  measurements: readonly Measurement[],
  limits: RecipePhase['limits'],
): MeasurementView[] {
  return measurements.map(({ name, value, unit }) => {
    const limit = limits.find((one) => one.name === name);
    const min = limit?.min ?? null;
    const max = limit?.max ?? null;
    const ok = !Number.isNaN(value) && (min === null || value >= min) && (max === null || value <= max);
    return { name, value: round(value), unit, min, max, ok };
  });
}

/**
 * The first limit that does not hold, as an error naming measurement, value and limit; null when all hold.
 * A limit on something that was not measured does not hold: a gate that cannot see is closed.
 */
export function brokenLimit(
  measured: readonly MeasurementView[],
  limits: RecipePhase['limits'],
): RunError | null {
  const unseen = limits.find((limit) => !measured.some((one) => one.name === limit.name));
  if (unseen !== undefined) {
    return new RunError('limit', { measurement: unseen.name, title: measurementTitle(unseen.name) });
  }
  const bad = measured.find((one) => !one.ok);
  if (bad === undefined) return null;
  const { name, value, unit, min, max } = bad;
  const title = measurementTitle(name);
  const above = max !== null && value > max;
  const side = above ? { max } : min !== null ? { min } : {};
  const label = `${title} ${above ? `> ${max}` : `< ${min ?? ''}`}${unit === 'count' || unit === 'score' ? '' : ` ${unit}`}`;
  return new RunError('limit', { measurement: name, title, label, value, unit, ...side });
}
