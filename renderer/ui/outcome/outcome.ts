import type { RunView, SiteState, SiteView } from '#contract/sites.ts';
import type { UnitRow } from '#contract/units.ts';
import type { Tone } from '../theme/tokens.ts';

/** The shape that carries an outcome beside its colour and its word. */
export type Shape = 'ring' | 'circle' | 'octagon' | 'diamond' | 'dashed' | 'warning' | 'ready' | 'offline';

const SHAPES: Record<SiteState, Shape> = {
  offline: 'offline',
  empty: 'dashed',
  ready: 'ready',
  running: 'ring',
  passed: 'circle',
  failed: 'octagon',
  unknown: 'diamond',
};
const TONES: Record<SiteState, Tone> = {
  offline: 'idle',
  empty: 'idle',
  ready: 'run',
  running: 'run',
  passed: 'pass',
  failed: 'fail',
  unknown: 'unknown',
};
const WORDS: Record<Exclude<SiteState, 'running'>, string> = {
  offline: 'Offline',
  empty: 'Empty',
  ready: 'Ready',
  passed: 'PASS',
  failed: 'FAIL',
  unknown: 'READ BACK',
};

/** What a site shows from three metres: its state, or that it waits for a hand, or is not of the production now. */
export function lookOf(site: SiteView): { shape: Shape; tone: Tone; word: string } {
  if (site.prompt !== null) return { shape: 'warning', tone: 'unknown', word: 'Your turn' };
  if (site.lab) return { shape: 'dashed', tone: 'idle', word: 'In the lab' };
  return { shape: SHAPES[site.state], tone: TONES[site.state], word: wordOf(site) };
}

export const shapeOf = (state: SiteState): Shape => SHAPES[state];
export const toneOf = (state: SiteState): Tone => TONES[state];

/** The phase a run is in, or the last one it was in. */
export function phaseOf(run: RunView | null): RunView['phases'][number] | null {
  if (run?.current == null) return null;
  return run.phases[run.current] ?? null;
}

/** The word on a site: the outcome, or the phase while it runs. */
export function wordOf(site: SiteView): string {
  if (site.state !== 'running') return WORDS[site.state];
  if (site.run?.readingBack === true) return 'Reading back';
  return phaseOf(site.run)?.title ?? 'Starting';
}

/** How much of the run is behind it, 0..1, with every phase counted alike. */
export function fractionOf(run: RunView | null): number {
  if (!run || run.phases.length === 0) return 0;
  const finished = run.phases.filter((phase) => phase.state === 'done' || phase.state === 'skipped').length;
  const part = run.progress && run.progress.total > 0 ? run.progress.done / run.progress.total : 0;
  return Math.min(1, (finished + part) / run.phases.length);
}

/** A unit’s outcome in the words of the sites. */
export const unitWord = (outcome: UnitRow['outcome']): string =>
  outcome === 'running' ? 'Running' : WORDS[outcome];
