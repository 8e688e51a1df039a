import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Request } from '#contract/contract.ts';
import type { LabView } from '#contract/lab.ts';
import type { AuditRow } from '#store/api.ts';
import { startNodeBench, type BenchProcess } from '#compose/bench-process.ts';
import { openHands, openTestStation, siteConfigs, type OpenStation, type TestHands } from './harness.ts';

const A1 = 'A1';
const script = fileURLToPath(new URL('../../native-drivers/virtual/main.ts', import.meta.url));
let dataDir: string;
let bench: BenchProcess;
let hands: TestHands;
let open: OpenStation;

const start = () =>
  openTestStation({
    ...{ dataDir, bench: [], hands },
    sites: siteConfigs(bench.sites).map((site) => ({ ...site, target: 'ra6m4' })),
  });

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'rootline-lab-'));
  const quantities = ['--sites', '1', '--speed', 'max'];
  bench = await startNodeBench(script, [
    '--target',
    'ra6m4',
    ...quantities,
    '--json',
    '--empty',
    '--attached',
  ]);
  hands = await openHands(bench.sites);
  open = await start();
  await hands.insert(A1);
  await open.untilSite(A1, ({ part }) => part === true);
});
afterEach(async () => {
  await open.close();
  await hands.close();
  await bench.stop();
  await rm(dataDir, { recursive: true });
});

type Act = Request<'lab.run'>['act'];
const run = (act: Act, confirmUid: string | null = null) =>
  open.callAs('engineer')('lab.run', { site: A1, act, confirmUid });
const openLab = () => open.callAs('engineer')('lab.open', { site: A1 });
const lock: Act = { operation: 'lock', disableInitialize: true, lockBoot: true };

async function audited(): Promise<Pick<AuditRow, 'actor' | 'action' | 'subject' | 'body'>[]> {
  const rows = await open.store.audit.page(0, 1000);
  return rows.filter(({ action }) => action.startsWith('lab.'));
}

/** Titles on the wire so far; the log comes in batches. */
async function titles(): Promise<string[]> {
  const { entries } = await open.call('lab.log', { site: A1, after: 0, limit: 500 });
  return entries.map(({ title }) => title);
}

describe('a board in the lab', () => {
  it('is out of production: nothing starts on it until the lab lets go, and then not by itself', async () => {
    await openLab();
    expect(await open.untilSite(A1, ({ lab }) => lab)).toMatchObject({ state: 'ready' });
    await expect(open.call('sites.start', { site: A1 })).rejects.toMatchObject({
      view: { code: 'site-in-lab' },
    });
    await expect(open.callAs('engineer')('bench.selfTest', { site: A1 })).rejects.toMatchObject({
      view: { code: 'site-in-lab' },
    });
    await open.callAs('engineer')('lab.close', { site: A1 });
    expect(await open.untilSite(A1, ({ lab }) => !lab)).toMatchObject({ state: 'ready', run: null });
    await expect(run({ operation: 'identify' })).rejects.toMatchObject({ view: { code: 'lab-closed' } });
  });

  it('says who it is and what it can, and its memory is read, written and read again', async () => {
    const view: LabView = await openLab();
    expect(view).toMatchObject({ identity: null, state: null, target: 'ra6m4', busy: null });
    expect(view.irreversible).toEqual(expect.arrayContaining(['lock', 'move-lifecycle', 'initialize']));
    expect(view.can).not.toContain('enrol');
    const { view: known } = await run({ operation: 'identify' });
    expect(known.identity).toMatchObject({ chipUid: await hands.uid(A1), lifecycle: { dlm: 'SSD' } });
    const read = await run({ operation: 'read-memory', address: 0, length: 64 });
    expect(read).toMatchObject({ bytes: 'ff'.repeat(64), result: '64 B read from 00000000' });
    await expect(run({ operation: 'enrol' })).rejects.toMatchObject({ view: { code: 'unsupported' } });
    await expect.poll(titles).toContain('Command 15 read');
  });

  it('is not locked under a wrong id, nor without one: nothing but its signature is asked for', async () => {
    await openLab();
    await expect(run(lock)).rejects.toMatchObject({ view: { code: 'uid-needed' } });
    expect((await open.call('lab.log', { site: A1, after: 0, limit: 1 })).last).toBe(0);
    await expect(run(lock, 'ab'.repeat(16))).rejects.toMatchObject({
      view: { code: 'uid-differs', chip: 'Nothing was written to it.' },
    });
    await expect.poll(titles).toContain('Command 3A signature');
    expect(await titles()).not.toContain('Command 71 dlmMove');
    expect((await audited()).map(({ action }) => action)).toEqual(['lab.open']);
    expect((await run({ operation: 'read-state' })).view.state).toMatchObject({ locked: false });
  });

  it('is locked under its own id: intent first, then the act, then what is read back', async () => {
    await openLab();
    const uid = await hands.uid(A1);
    const { view, result } = await run(lock, uid);
    expect(result).toContain('read back');
    expect(view.state).toMatchObject({ locked: true });
    expect(view.identity?.lifecycle.dlm).toBe('LCK_BOOT');
    const trail = await audited();
    expect(trail.map(({ action, subject }) => [action, subject])).toEqual([
      ['lab.open', 'site:A1'],
      ['lab.intent', uid],
      ['lab.result', uid],
    ]);
    expect(trail[1]).toMatchObject({ actor: '207' });
    expect(JSON.parse(trail[1]!.body)).toMatchObject({ operation: 'lock', confirmed: true, site: A1 });
    expect(JSON.parse(trail[2]!.body)).toMatchObject({ ok: true, locked: true });
  });

  it('keeps its keys out of the log, the trail and the export', async () => {
    await openLab();
    const key = '00112233445566778899aabbccddeeff';
    const uid = await hands.uid(A1);
    // The fresh part holds no such key: it refuses, and what was tried is in the trail.
    await run({ operation: 'move-lifecycle', to: 'NSECSD', key }, uid).catch(() => undefined);
    await expect.poll(titles).toContain('Command 3A signature');
    const { text, file } = await open.callAs('engineer')('lab.exportLog', { site: A1 });
    const trail = JSON.stringify(await audited());
    expect(trail).toContain('"withKey\\":true');
    for (const place of [text, await readFile(file, 'utf8'), trail]) {
      expect(place.toLowerCase()).not.toContain(key.slice(0, 12));
      expect(place.length).toBeGreaterThan(100);
    }
  });

  it('survives the death of the driver process in the middle of an act, and is read anew', async () => {
    await openLab();
    await run({ operation: 'identify' });
    await hands.fault(A1, 'drop-answer 15');
    const dying = run({ operation: 'read-memory', address: 0, length: 65_536 });
    const refused = expect(dying).rejects.toMatchObject({ view: { code: 'host-died' } });
    await expect.poll(titles).toContain('Command 15 read');
    const { pid } = open.drivers;
    process.kill(pid!, 'SIGKILL');
    await refused;
    const view = await open.call('lab.get', { site: A1 });
    expect(view).toMatchObject({ identity: null, state: null, busy: null });
    await open.untilSite(A1, ({ state, lab }) => lab && state === 'ready');
    expect((await run({ operation: 'identify' })).view.identity?.chipUid).toBe(await hands.uid(A1));
    const results = (await audited()).filter(({ action }) => action === 'lab.result').map(({ body }) => body);
    expect(results.map((body) => (JSON.parse(body) as { ok: boolean }).ok)).toEqual([true, false, true]);
    const asked = async () => (await titles()).filter((title) => title === 'Command 3A signature').length;
    await expect.poll(asked).toBeGreaterThan(1);
  });

  it('can be stopped, and forgets a part that was taken out', async () => {
    await openLab();
    await run({ operation: 'identify' });
    await hands.fault(A1, 'drop-answer 15');
    const read = run({ operation: 'read-memory', address: 0, length: 65_536 });
    const stopped = expect(read).rejects.toMatchObject({ view: { code: 'stopped' } });
    await expect.poll(titles).toContain('Command 15 read');
    await open.callAs('engineer')('lab.stop', { site: A1 });
    await stopped;
    await hands.remove(A1);
    await expect.poll(async () => (await open.call('lab.get', { site: A1 })).identity).toBeNull();
  });

  it('is in the lab still after the station was started again', async () => {
    await openLab();
    await open.close();
    open = await start();
    expect(await open.untilSite(A1, ({ state }) => state === 'ready')).toMatchObject({ lab: true });
    expect((await run({ operation: 'identify' })).view.identity).not.toBeNull();
  });
});

it('a station that is closed while an act waits for a hand comes to its end', async () => {
  await open.close();
  const [config] = siteConfigs(bench.sites);
  const link = { path: bench.sites[0]!.link, control: { kind: 'operator' as const } };
  open = await openTestStation({
    ...{ dataDir, bench: [], hands, sites: [{ ...config!, target: 'ra6m4', link }] },
  });
  await openLab();
  const identifying = expect(run({ operation: 'identify' })).rejects.toBeDefined();
  await open.untilSite(A1, ({ prompt }) => prompt !== null);
  await open.close();
  await identifying;
  open = await start();
});
