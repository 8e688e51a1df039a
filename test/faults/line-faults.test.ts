import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestStation, type TestStation } from '../integration/harness.ts';

const ALL = ['A1', 'A2', 'A3', 'A4'];

/** One station for all: each test uses its own site, so that nothing that it leaves can reach another. */
describe('faults on the line', () => {
  let test: TestStation;
  let batchId: string;
  beforeAll(async () => {
    test = await startTestStation({ sites: 4 });
    batchId = (await test.openBatch(40)).id;
  });
  afterAll(async () => test.dispose());
  beforeEach(async () => {
    for (const site of ALL) {
      await test.hands.fault(site, null);
      await test.hands.remove(site).catch(() => undefined);
      await test.until(site, 'empty', 'offline');
    }
  });

  const counts = async () => (await test.call('batches.get', { batchId })).counts;
  const inPhase = (site: string, phase: string) =>
    test.untilSite(site, ({ run }) => run?.phases[run.current ?? -1]?.id === phase);

  it('cable pulled in mid-write: failed, not locked, nothing debited, and the part may be started again', async () => {
    await test.hands.insert('A1');
    await inPhase('A1', 'program');
    const before = await counts();
    await test.hands.cable('A1', false);
    const failed = await test.until('A1', 'failed', 'unknown');
    expect(failed.state).toBe('failed');
    expect(failed.run?.error).toMatchObject({
      code: 'port-gone',
      what: 'Cable lost during program',
      chip: 'Not locked.',
      retry: true,
    });
    expect((await counts()).debited).toBe(before.debited);
    await test.hands.cable('A1', true);
    await test.untilSite('A1', ({ error }) => error === null);
    await test.call('sites.start', { site: 'A1' });
    const again = await test.until('A1', 'passed', 'failed');
    expect(again.run?.error).toBeNull();
    expect(again.run?.attempt).toBe(2);
  });

  it('high noise: a gate fails the part and says by how much', async () => {
    await test.hands.insert('A2');
    await test.hands.fault('A2', 'agent:high-noise');
    const failed = await test.until('A2', 'failed', 'passed', 'unknown');
    expect(failed.run?.error).toMatchObject({ chip: 'Not locked.', next: 'Put it in the red tray.' });
    expect(failed.run?.error?.code).toBe('limit');
    expect(failed.run?.error?.what).toMatch(
      /^(Bit error|Enrol score) \d+(\.\d+)?( %)?, limit (at least )?\d+( %)?$/,
    );
    const gate = failed.run?.phases.find((phase) => phase.state === 'failed');
    expect(gate?.measurements.some((one) => !one.ok)).toBe(true);
    const { pareto } = await test.call('batches.get', { batchId });
    expect(pareto.find((row) => row.code === 'limit')?.label).toMatch(/^(Bit error >|Enrol score <) \d+/);
  });

  it('a clone: the second part with an identity is refused', async () => {
    const seed = 'ab'.repeat(16);
    const make = async (site: string) => {
      await test.hands.insert(site);
      await test.hands.fault(site, `agent:clone:${seed}`);
      return test.until(site, 'passed', 'failed', 'unknown');
    };
    expect((await make('A3')).run?.error).toBeNull();
    const clone = await make('A4');
    expect(clone.run?.error).toMatchObject({ code: 'identity-seen', chip: 'Not locked.' });
    const gate = clone.run?.phases.find((phase) => phase.id === 'quality-gate');
    expect(gate?.measurements.find((one) => one.name === 'identity-seen')?.value).toBe(1);
  });

  it('the answer to the lock is lost: the part is read, and only that makes it pass', async () => {
    await test.hands.insert('A1');
    await test.hands.fault('A1', 'lock-silent');
    const view = await test.until('A1', 'passed', 'failed', 'unknown');
    if (view.state === 'unknown') await test.call('sites.readBack', { site: 'A1' });
    const passed = await test.until('A1', 'passed', 'failed');
    expect(passed.run?.error).toBeNull();
  });

  it('the lock command is lost: the chip reads back open, and nobody books it as locked', async () => {
    const before = await counts();
    await test.hands.insert('A2');
    await test.hands.fault('A2', 'lock-lost');
    const failed = await test.until('A2', 'passed', 'failed', 'unknown');
    expect(failed.state).toBe('failed');
    expect(failed.run?.error).toMatchObject({ code: 'not-locked', chip: 'Not locked.' });
    // Agent and protection level were closed before: no proof that nothing happened, so no refund.
    expect((await counts()).debited).toBe(before.debited + 1);
  });

  it('cable pulled during the lock: unknown until read back, then exactly what the chip says', async () => {
    await test.hands.insert('A3');
    await test.untilSite('A3', ({ run }) => run?.phases[run.current ?? -1]?.id === 'lock');
    await test.hands.cable('A3', false);
    const unknown = await test.until('A3', 'unknown', 'passed', 'failed');
    expect(unknown.state).toBe('unknown');
    expect(unknown.run?.error).toMatchObject({
      chip: 'It may be locked.',
      next: 'Leave the part in, press Read back.',
    });
    await expect(test.call('batches.close', { batchId, leaveUnknown: false })).rejects.toMatchObject({
      view: { code: 'sites-unread' },
    });
    await test.hands.cable('A3', true);
    await test.untilSite('A3', ({ error }) => error === null);
    const read = await test.call('sites.readBack', { site: 'A3' });
    const locked = (await test.hands.control('A3').status()).dlm === 'LCK_BOOT';
    expect(read.state).toBe(locked ? 'passed' : 'failed');
    if (!locked) expect(read.run?.error?.chip).toBe('Not locked.');
  });

  it('another part under an unknown run teaches nothing and names the part to put back', async () => {
    await test.hands.insert('A4');
    const uid = await test.hands.uid('A4');
    await test.untilSite('A4', ({ run }) => run?.phases[run.current ?? -1]?.id === 'lock');
    await test.hands.cable('A4', false);
    await test.until('A4', 'unknown');
    await test.hands.remove('A4');
    await test.hands.insert('A4');
    await test.hands.cable('A4', true);
    const other = await test.untilSite('A4', ({ run }) => run?.error?.code === 'chip-swapped');
    expect(other.state).toBe('unknown');
    expect(other.run?.error?.next.replaceAll(' ', '').toLowerCase()).toContain(uid);
    await test.hands.remove('A4');
    await test.hands.insertPart('A4', uid);
    const settled = await test.until('A4', 'passed', 'failed');
    expect(settled.run?.chipUid).toBe(uid);
  });

  it('part taken out in the middle of a run: failed, and the next part starts by itself', async () => {
    await test.hands.insert('A1');
    await inPhase('A1', 'program');
    await test.hands.remove('A1');
    const failed = await test.until('A1', 'failed', 'unknown');
    expect(failed.run?.error).toMatchObject({ code: 'part-removed', chip: 'Not locked.' });
    await test.hands.insert('A1');
    expect((await test.until('A1', 'passed')).run?.attempt).toBe(1);
  });

  it('chip swapped in the middle of a run by someone quick: found by its unique id', async () => {
    await test.hands.insert('A2');
    await test.untilSite('A2', ({ run }) => run?.phases[run.current ?? -1]?.id === 'program');
    const control = test.hands.control('A2');
    await Promise.all([control.remove(), control.insert()]);
    const failed = await test.until('A2', 'failed', 'unknown', 'passed');
    expect(failed.state).toBe('failed');
    expect(['part-removed', 'chip-swapped', 'no-answer']).toContain(failed.run?.error?.code);
  });

  it('driver process killed: every run on it is accounted for and the sites come back', async () => {
    await test.hands.insert('A1');
    await inPhase('A1', 'program');
    process.kill(test.drivers.pid!, 'SIGKILL');
    const failed = await test.until('A1', 'failed', 'unknown');
    expect(failed.run?.error).toMatchObject({ code: 'host-died', chip: 'Not locked.' });
    await test.hands.remove('A1');
    await test.until('A1', 'empty');
    await test.hands.insert('A1');
    expect((await test.until('A1', 'passed', 'failed')).run?.error).toBeNull();
    const { driver } = await test.call('station.get', {});
    expect(driver).toMatchObject({ state: 'ready', restarts: 1 });
  });
});
