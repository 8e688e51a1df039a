import type { BatchView } from '#contract/batches.ts';
import { percent } from '#ui/format.ts';

/** From here on a phase is held up by the link and by nothing else. */
const WIRE_BOUND = 0.9;

/** Where the time goes, in a sentence. The wire is named only where it is what holds the phase up. */
export function slowestText(batch: BatchView): string {
  const { slowest } = batch;
  if (!slowest) return 'Known after the first unit.';
  const title = batch.job.phases.find((phase) => phase.id === slowest.phase)?.title ?? slowest.phase;
  const share = `${title}, ${percent(slowest.share, 0)} of the cycle.`;
  if (slowest.wireShare === null || slowest.wireShare < WIRE_BOUND) return share;
  return `${share} The link is the limit, ${percent(slowest.wireShare, 0)} in use: only a faster link is faster.`;
}
