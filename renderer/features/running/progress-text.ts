import type { RunView } from '#contract/sites.ts';
import { bytesOf, count } from '#ui/format.ts';
import { phaseOf } from '#ui/outcome/outcome.ts';

/** How far the recipe is, where the phase itself has nothing to count: its title stands above already. */
function stepText(run: RunView): string {
  return run.current === null ? '' : `Step ${run.current + 1} of ${run.phases.length}`;
}

/** One line on what a run does now, below the title of its phase: `Write · 214 of 320 KiB`, else `Step 14 of 15`. */
export function progressText(run: RunView | null): string {
  if (!run) return '';
  const { progress } = run;
  if (!progress) return stepText(run);
  const title = phaseOf(run)?.title ?? '';
  const note = progress.note.toLowerCase() === title.toLowerCase() ? '' : progress.note;
  const before = note === '' ? '' : `${note} · `;
  if (progress.unit === 'B') return `${before}${bytesOf(progress.done, progress.total)}`;
  if (note !== '') return note;
  return progress.total > 1 ? `${count(progress.done)} of ${count(progress.total)}` : stepText(run);
}
