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

const text =
  (label: string) =>
  (value: unknown): string =>
    `${label} ${String(value)}`;
const figure = (value: unknown, digits = 0): string =>
  Number(value).toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const either = (yes: string, no: string) => (value: unknown) => (value === true ? yes : no);
const silent = () => '';

/** How a fact reads; one that stands elsewhere on the page, or goes without saying, is silent. */
const facts: Record<string, (value: unknown, kind: JournalKind) => string> = {
  ...{ operation: silent, job: silent, attempt: silent, note: silent, failure: silent, readBack: silent },
  chipUid: (value, kind) => (kind === 'intent' ? '' : `chip ${String(value)}`),
  image: (value, kind) => (kind === 'intent' ? `image ${String(value)}` : ''),
  product: String,
  maxBaudRate: (value) => (Number(value) > 0 ? `up to ${figure(value)} baud` : ''),
  baudRate: (value) => (Number(value) > 0 ? `at ${figure(value)} baud` : ''),
  bytes: (value) => `${figure(value)} B`,
  seconds: (value) => `in ${figure(value, 2)} s`,
  reads: (value) => `${figure(value)} reads`,
  keptKey: (value) => (hasRecipient(value) ? `private key kept, sealed for ${value.recipient}` : ''),
  lifecycle: (value) => (hasState(value) ? `life cycle ${value.dlm}` : ''),
  regions: (value) => `border ${pairs(value)}`,
  crc32: text('CRC-32'),
  sha256: text('SHA-256'),
  firmware: text('firmware'),
  rootOfTrust: text('root of trust'),
  deviceId: text('device ID'),
  helperDataHash: text('helper data'),
  subjectSerial: text('subject'),
  serial: text('serial'),
  certificateFingerprint: text('fingerprint'),
  permanent: either('permanent', 'not permanent'),
  enrolled: either('enrolled', 'not enrolled yet'),
  agentLocked: either('agent locked', 'agent open'),
  answered: either('answered', 'not answered'),
  disableInitialize: either('initialize disabled', 'initialize left open'),
  lockBoot: either('boot locked', 'boot left open'),
  locked: either('locked', 'not locked'),
  refund: either('allowance given back', ''),
};

/** `CFS1 8, CFS2 64` */
const pairs = (value: unknown): string =>
  Object.entries(value ?? {})
    .map(([name, one]) => `${name} ${String(one)}`)
    .join(', ');

const hasState = (value: unknown): value is { dlm: string } =>
  typeof value === 'object' && value !== null && 'dlm' in value && typeof value.dlm === 'string';

const hasRecipient = (value: unknown): value is { recipient: string } =>
  typeof value === 'object' && value !== null && 'recipient' in value && typeof value.recipient === 'string';

/** Values longer than this are cut: a time line is read, the record holds the whole. A signature still fits, in hex. */
const MAX_VALUE = 160;

function fact([name, value]: [string, unknown], kind: JournalKind): string[] {
  const known = facts[name];
  const plain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  if (known === undefined && !plain) return [];
  const said = known === undefined ? `${words(name)} ${String(value)}` : known(value, kind);
  if (said === '') return [];
  return [said.length > MAX_VALUE ? `${said.slice(0, MAX_VALUE)}…` : said];
}

/** `helperDataHash` -> `helper data hash`. */
const words = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

function errorText(body: Record<string, unknown>): string | null {
  const error = body['error'];
  if (typeof error !== 'object' || error === null || !('what' in error)) return null;
  return typeof error.what === 'string' ? error.what : null;
}

function detailOf(row: JournalRow): string {
  const said =
    errorText(row.body) ??
    Object.entries(row.body)
      .flatMap((one) => fact(one, row.kind))
      .join(' · ');
  const irreversible = row.kind === 'intent' && row.irreversible ? ['cannot be undone'] : [];
  return [...irreversible, ...(said === '' ? [] : [said])].join(' · ');
}

function entryOf(run: RunRow, row: JournalRow, phase: string): TimelineEntry {
  const common = { sequence: row.sequence, at: row.at, runId: run.id, attempt: run.attempt };
  if (row.kind === 'outcome') {
    const outcome = outcomes[String(row.body['outcome'])] ?? { title: 'Ended', state: 'neutral' as const };
    return { ...common, kind: 'outcome', ...outcome, detail: errorText(row.body) ?? '' };
  }
  // Evidence of a broken limit is no sign that the phase went well.
  if (row.kind === 'evidence' && typeof row.body['failure'] === 'string')
    return {
      ...common,
      kind: 'evidence',
      state: 'failed',
      title: `${phase} out of limits`,
      detail: detailOf(row),
    };
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
