import type { TimelineEntry } from '#contract/units.ts';
import type { Recipe } from '#services/recipe.ts';
import type { JournalKind, JournalRow, RunRow } from '#store/api.ts';

type Look = Pick<TimelineEntry, 'kind' | 'state'>;

const looks: Record<Exclude<JournalKind, 'outcome'>, Look> = {
  intent: { kind: 'intent', state: 'neutral' },
  evidence: { kind: 'evidence', state: 'ok' },
  failed: { kind: 'phase', state: 'failed' },
  'read-back': { kind: 'read-back', state: 'neutral' },
};

const outcomes: Record<string, { title: string; state: TimelineEntry['state'] }> = {
  passed: { title: 'Passed', state: 'ok' },
  failed: { title: 'Failed', state: 'failed' },
  unknown: { title: 'To be read back', state: 'unknown' },
};
const titles: Record<Exclude<JournalKind, 'outcome'>, string> = {
  intent: 'begins',
  evidence: 'done',
  failed: 'failed',
  'read-back': 'read back',
};

/** What a fact is called on screen, and how its value reads; a fact that stands elsewhere on the page is left out. */
const facts: Record<string, { label: string; show: (value: unknown) => string } | null> = {
  operation: null,
  job: null,
  attempt: null,
  chipUid: { label: 'chip', show: String },
  maxBaudRate: { label: 'offers', show: (value) => `${Number(value).toLocaleString('en')} baud` },
  baudRate: { label: 'at', show: (value) => `${Number(value).toLocaleString('en')} baud` },
  bytes: { label: '', show: (value) => `${Number(value).toLocaleString('en')} B` },
  seconds: { label: 'in', show: (value) => `${Number(value).toFixed(2)} s` },
  crc32: { label: 'CRC-32', show: String },
  sha256: { label: 'SHA-256', show: String },
  image: { label: 'image', show: String },
};

/** Values longer than this are cut: a time line is read, the record holds the whole. */
const MAX_VALUE = 64;

function fact([name, value]: [string, unknown]): string[] {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return [];
  const known = facts[name];
  if (known === null) return [];
  const text = known === undefined ? String(value) : known.show(value);
  const label = known === undefined ? words(name) : known.label;
  return [`${label} ${text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}…` : text}`.trim()];
}

/** `helperDataHash` -> `helper data hash`. */
const words = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

function errorText(body: Record<string, unknown>): string | null {
  const error = body['error'];
  if (typeof error !== 'object' || error === null || !('what' in error)) return null;
  return typeof error.what === 'string' ? error.what : null;
}

function detailOf(row: JournalRow): string {
  const facts = errorText(row.body) ?? Object.entries(row.body).flatMap(fact).join(' · ');
  const irreversible = row.kind === 'intent' && row.irreversible ? ['cannot be undone'] : [];
  return [...irreversible, ...(facts === '' ? [] : [facts])].join(' · ');
}

function entryOf(run: RunRow, row: JournalRow, phase: string): TimelineEntry {
  const common = { sequence: row.sequence, at: row.at, runId: run.id, attempt: run.attempt };
  if (row.kind === 'outcome') {
    const outcome = outcomes[String(row.body['outcome'])] ?? { title: 'Ended', state: 'neutral' as const };
    return { ...common, kind: 'outcome', ...outcome, detail: errorText(row.body) ?? '' };
  }
  return { ...common, ...looks[row.kind], title: `${phase} ${titles[row.kind]}`, detail: detailOf(row) };
}

/** The journal of a run as lines to read, oldest first. */
export function timelineOf(
  run: RunRow,
  journal: readonly JournalRow[],
  recipe: Recipe | null,
): TimelineEntry[] {
  const phases = new Map(recipe?.phases.map(({ id, title }) => [id, title]));
  return journal.map((row) => entryOf(run, row, phases.get(row.phase) ?? row.phase));
}
