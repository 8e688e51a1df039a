import type { RunView } from '#contract/sites.ts';
import { bytesOf, count } from '#ui/format.ts';
import { phaseOf } from '#ui/outcome/outcome.ts';

/** One line on what a run does now: `Program · 214 of 320 KiB`. */
export function progressText(run: RunView | null): string {
  if (!run) return '';
  const { progress } = run;
  const title = phaseOf(run)?.title ?? '';
  if (!progress) return title;
  const words = progress.note === '' ? title : progress.note;
  if (progress.unit === 'B') return `${words} · ${bytesOf(progress.done, progress.total)}`;
  if (progress.note !== '' || progress.total <= 1) return words;
  return `${words} · ${count(progress.done)} of ${count(progress.total)}`;
}
