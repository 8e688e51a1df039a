import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startVirtualBench } from '#drivers/bench/virtual-bench.ts';
import type { VirtualBench } from '#drivers/bench/virtual-bench.ts';
import type { TargetSession } from '#drivers/core/driver.ts';
import type { OperationInput, OperationName, OperationOutput, Progress } from '#drivers/core/operations.ts';
import { openSerial } from '#drivers/transports/serial.ts';
import { openBenchControl } from '#drivers/virtual/control-client.ts';
import type { BenchControl } from '#drivers/virtual/control-client.ts';
import { demoJob } from '../demo-job.test-support.ts';
import { loadBytesTarget } from '../registry.ts';

let bench: VirtualBench;
let hands: BenchControl;
let session: TargetSession;
let tearDown: () => Promise<void>;
const heard: Progress[] = [];

beforeAll(async () => {
  bench = await startVirtualBench({ target: 'ra8m1', sites: 1, speed: 'max' });
});
afterAll(() => bench.stop());

beforeEach(async () => {
  const site = bench.sites[0]!;
  hands = await openBenchControl(site.control);
  await hands.fault(null);
  if (await hands.presence()) await hands.remove();
  await hands.insert();
  const transport = await openSerial(site.link, 9600);
  const control = await openBenchControl(site.control);
  session = (await loadBytesTarget('ra8m1')).open({ transport, control }, { get: () => demoJob.image });
  heard.length = 0;
  tearDown = async () => {
    await session.close();
    await Promise.all([transport.close(), control.close(), hands.close()]);
  };
});
afterEach(() => tearDown());

async function run<K extends OperationName>(
  operation: K,
  input: OperationInput<K>,
): Promise<OperationOutput<K>> {
  const context = { signal: new AbortController().signal, progress: (p: Progress) => void heard.push(p) };
  return (await session.run(operation, input, context)).output;
}

async function programmed() {
  const identity = await run('identify', { target: 'ra8m1' });
  await run('initialize', {});
  await run('inject-oem-root-key', { rkey: demoJob.rkey, permanent: false });
  await run('program', { image: demoJob.image.sha256 });
  return identity;
}

async function enrolled() {
  const identity = await programmed();
  const { keyCertificate, codeCertificate } = demoJob;
  await run('inject-boot-certificates', { keyCertificate, codeCertificate });
  await run('boot-application', {});
  const { deviceId } = await run('enrol', {});
  return { identity, deviceId };
}

const LOCK = { disableInitialize: true, lockBoot: true };

describe('RA8M1 on the virtual bench', () => {
  it('identifies a fresh part', async () => {
    const identity = await run('identify', { target: 'ra8m1' });
    expect(identity).toMatchObject({
      target: 'ra8m1',
      lifecycle: { dlm: 'OEM', protection: 'PL2', authentication: 'AL2' },
    });
    expect(identity.chipUid).toBe((await hands.status()).uid);
    expect(identity.areas.filter(({ kind }) => kind === 'code')).toHaveLength(2);
  });

  it('goes the whole way from a fresh part to a locked one', async () => {
    const identity = await programmed();
    const image = demoJob.image.segments.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const verified = await run('verify', { image: demoJob.image.sha256 });
    expect(verified.bytes).toBeGreaterThanOrEqual(image);
    const { keyCertificate, codeCertificate } = demoJob;
    await run('inject-boot-certificates', { keyCertificate, codeCertificate });
    const info = await run('boot-application', {});
    expect(info).toMatchObject({ chipUid: identity.chipUid, enrolled: false, locked: false });
    const { deviceId } = await run('enrol', {});
    const { deviceIds } = await run('reconstruct', { reads: 3 });
    expect(new Set(deviceIds)).toEqual(new Set([deviceId]));
    expect((await run('csr', { subjectSerial: 'T-1' })).csr.length).toBeGreaterThan(100);
    expect(await run('read-state', {})).toMatchObject({ via: 'boot-rom', locked: false, enrolled: true });
    expect(await run('lock', LOCK)).toEqual({ answered: true });
    expect(await run('read-state', {})).toMatchObject({
      chipUid: identity.chipUid,
      via: 'agent',
      locked: true,
      agentLocked: true,
      deviceId,
      lifecycle: { dlm: 'LCK_BOOT', protection: 'PL0' },
    });
  });

  it('programs at the highest rate and reports every byte', async () => {
    await programmed();
    const { maxBaudRate } = await run('identify', { target: 'ra8m1' });
    const { bytes, baudRate } = await run('program', { image: demoJob.image.sha256 });
    expect(baudRate).toBe(maxBaudRate);
    expect(heard.at(-1)).toMatchObject({ done: bytes, total: bytes, unit: 'B' });
  });

  it('refuses a locked part as locked before anything else', async () => {
    const { identity } = await enrolled();
    await run('lock', LOCK);
    await expect(run('identify', { target: 'ra8m1' })).rejects.toMatchObject({
      code: 'locked',
      chip: 'locked',
      context: { chipUid: identity.chipUid },
    });
  });

  it('carries on a lock that was cut short', async () => {
    const { deviceId } = await enrolled();
    await hands.fault('nak e4 72');
    await expect(run('lock', LOCK)).rejects.toMatchObject({ code: 'wrong-state' });
    expect(await run('read-state', {})).toMatchObject({ locked: false, agentLocked: true, deviceId });
    await run('lock', LOCK);
    expect(await run('read-state', {})).toMatchObject({ locked: true });
  });

  it('finds the cell that reads wrong', async () => {
    await programmed();
    await hands.fault('bad-cell 02000010');
    await expect(run('verify', { image: demoJob.image.sha256 })).rejects.toMatchObject({
      code: 'verify-mismatch',
      chip: 'not-locked',
    });
  });

  it('reads a blank part without waiting for firmware', async () => {
    expect(await run('read-state', {})).toEqual({
      chipUid: (await hands.status()).uid,
      via: 'boot-rom',
      lifecycle: { dlm: 'OEM', protection: 'PL2', authentication: 'AL2' },
      locked: false,
      enrolled: null,
      deviceId: null,
      certificateFingerprint: null,
      agentLocked: null,
    });
  });

  it('cancels between two frames and goes on afterwards', async () => {
    await run('identify', { target: 'ra8m1' });
    const abort = new AbortController();
    const progress = ({ done }: Progress) => {
      if (done > 4096) abort.abort();
    };
    const context = { signal: abort.signal, progress };
    await expect(session.run('program', { image: demoJob.image.sha256 }, context)).rejects.toMatchObject({
      code: 'cancelled',
      chip: 'not-locked',
    });
    expect((await run('program', { image: demoJob.image.sha256 })).bytes).toBeGreaterThan(0);
  });
});
