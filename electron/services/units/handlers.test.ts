import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contract, MAX_MESSAGE_BYTES } from '#contract/contract.ts';
import { endUnit, openStation, passUnit, type FixtureStation } from '#services/records/records-fixtures.ts';
import { createUnitHandlers } from './handlers.ts';

const context = { connection: 'c', session: null };
const all = { text: '', outcome: null, batchId: null };
const failedUid = 'ffeeddccbbaa99887766554433221100';
let station: FixtureStation;
let folder: string;
let handlers: ReturnType<typeof createUnitHandlers>;
let passed: Awaited<ReturnType<typeof passUnit>>;

beforeAll(async () => {
  station = await openStation();
  folder = await mkdtemp(join(tmpdir(), 'rootline-units-'));
  handlers = createUnitHandlers({ store: station.store, exportsFolder: folder });
  await endUnit(station, 'failed', 'no-answer', '+cmd', failedUid);
  passed = await passUnit(station, 'A2', '00112233445566778899aabbccddeeff');
  await station.records.sign(passed.runId);
});
afterAll(async () => {
  await station.close();
  await rm(folder, { recursive: true });
});

const get = async (unitId: string) =>
  contract['units.get'].response.parse(await handlers['units.get']({ unitId }, context));

describe('a unit that passed', () => {
  it('shows phases, measurements, certificate and signed record', async () => {
    const detail = await get(passed.deviceId);
    expect(detail).toMatchObject({
      ...{ job: 'Thermostat v4 rev 12', operator: '114' },
      unit: { outcome: 'passed', deviceId: passed.deviceId, attempts: 1 },
      certificate: { fingerprint: passed.issued.fingerprint },
      measurements: [{ name: 'bit-error', value: 5.8 }],
    });
    const phases = detail.attempts[0]!.phases.map(({ id, state, seconds }) => ({ id, state, seconds }));
    expect(phases).toContainEqual({ id: 'lock', state: 'done', seconds: 0.4 });
    expect(phases.every(({ state }) => state === 'done')).toBe(true);
    expect(JSON.parse(detail.record!.json)).toMatchObject({ deviceId: passed.deviceId });
    expect(JSON.stringify(detail).length).toBeLessThan(MAX_MESSAGE_BYTES / 4);
  });

  it('has a time line in the order of the journal, with what cannot be undone named', async () => {
    const { timeline } = await get(passed.deviceId);
    const lines = timeline.map(({ kind, title, detail }) => `${kind}: ${title} ${detail}`);
    expect(lines[0]).toMatch(/^intent: Program begins/);
    expect(lines).toContainEqual(expect.stringMatching(/^intent: Lock begins cannot be undone/));
    expect(lines.at(-1)).toMatch(/^outcome: Passed/);
    const sequences = timeline.map(({ sequence }) => sequence);
    expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
  });
});

it('shows a failed unit with the phase it failed in and the phases it never reached', async () => {
  const detail = await get(`uid:${failedUid}`);
  expect(detail.attempts[0]!.phases.map(({ state }) => state)).toEqual([
    'failed',
    'skipped',
    'skipped',
    'skipped',
  ]);
  expect(detail).toMatchObject({ certificate: null, record: null, unit: { outcome: 'failed' } });
  expect(detail.timeline.at(-1)).toMatchObject({ kind: 'outcome', state: 'failed', detail: '+cmd' });
});

it('says that it does not know a unit', async () => {
  const missing = handlers['units.get']({ unitId: 'nobody' }, context);
  await expect(missing).rejects.toMatchObject({ view: { code: 'not-found' } });
});

it('finds by prefix of id and by outcome, newest first', async () => {
  const search = (filter: Partial<typeof all>) =>
    handlers['units.search']({ filter: { ...all, ...filter }, after: null, limit: 50 }, context);
  expect((await search({})).rows.map((row) => row.chipUid)).toEqual([passed.chipUid, failedUid]);
  expect((await search({ text: passed.deviceId.slice(0, 12) })).rows).toHaveLength(1);
  expect((await search({ text: 'ffee' })).rows[0]).toMatchObject({ outcome: 'failed' });
});

it('exports what the filter shows, leaves no part file and notes it in the audit', async () => {
  const { file, rows } = await handlers['units.export']({ filter: all }, context);
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\r\n');
  expect({ rows, lines: lines.length }).toEqual({ rows: 2, lines: 3 });
  expect(await readdir(folder)).toHaveLength(1);
  const { sequence } = await station.store.audit.head();
  const [entry] = await station.store.audit.page(sequence - 1, 1);
  expect(entry).toMatchObject({ action: 'units.export', subject: file });
});
