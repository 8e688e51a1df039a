import type { BatchView } from '#contract/batches.ts';
import { percent } from '#ui/format.ts';

/** Where the time goes, in a sentence, and whether anything but the wire could be faster. */
export function slowestText(batch: BatchView): string {
  const { slowest } = batch;
  if (!slowest) return 'Known after the first unit.';
  const title = batch.job.phases.find((phase) => phase.id === slowest.phase)?.title ?? slowest.phase;
  const share = `${title}, ${percent(slowest.share, 0)} of the cycle`;
  if (slowest.wireShare === null) return `${share}.`;
  const wire = `${share}, at ${percent(slowest.wireShare, 0)} of the wire.`;
  return slowest.wireShare >= 0.9 ? `${wire} Faster only with a faster link.` : wire;
}
