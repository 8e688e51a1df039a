import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CC, RC } from '#drivers/protocols/tpm2/constants.ts';
import { openAuthority, type TestAuthority } from '../identity-rig.test-support.ts';
import { openRelay, openTpm, startSwtpm, type Relay, type Swtpm, type TpmRig } from './swtpm.test-support.ts';

let authority: TestAuthority;
let tpm: Swtpm;
let relay: Relay;
let rig: TpmRig;
beforeAll(() => {
  authority = openAuthority();
});
afterAll(() => authority.close());
beforeEach(async () => {
  tpm = await startSwtpm();
  relay = await openRelay(tpm.port);
  rig = await openTpm(relay.port);
});
afterEach(async () => {
  await rig.close();
  await relay.close();
  await tpm.end();
});

const LOCK = { disableInitialize: true, lockBoot: true };
const identify = () => rig.run('identify', { target: 'tpm2' });

async function injected(): Promise<void> {
  await identify();
  await rig.run('enrol', {});
  const chain = authority.issue((await rig.run('csr', { subjectSerial: '1' })).csr);
  await rig.run('inject', { chain, configuration: {} });
}

describe('faults between this station and a TPM', () => {
  it('nak-then-recover: a TPM that is busy is asked again, one in failure mode is not', async () => {
    for (const rc of [RC.retry, RC.yielded, RC.testing])
      relay.faults.push({ command: CC.createPrimary, what: { rc } });
    await identify();
    expect(relay.faults).toEqual([]);
    relay.faults.push({ command: CC.getCapability, what: { rc: RC.failure } });
    await expect(rig.run('enrol', {})).rejects.toMatchObject({
      code: 'device-error',
      context: { rc: '0x101' },
    });
    for (let tries = 0; tries < 5; tries += 1)
      relay.faults.push({ command: CC.getCapability, what: { rc: RC.retry } });
    await expect(rig.run('enrol', {})).rejects.toMatchObject({ context: { rc: '0x922' } });
    await rig.run('enrol', {});
  });

  it('answer-lost-after-lock: what the TPM shows is what is said', async () => {
    await injected();
    relay.faults.push({ command: CC.hierarchyChangeAuth, what: 'drop-answer' });
    expect(await rig.run('lock', LOCK)).toEqual({ answered: false });
    expect(await rig.run('read-state', {})).toMatchObject({ locked: true });
  }, 20_000);

  it('cable-pulled-during-lock: unknown, and the next lock finishes what is left', async () => {
    await injected();
    relay.faults.push({ command: CC.nvWriteLock, what: 'cut' });
    await expect(rig.run('lock', LOCK)).rejects.toMatchObject({ code: 'outcome-unknown', chip: 'unknown' });
    await expect
      .poll(() => rig.run('read-state', {}).catch(() => null), { interval: 5, timeout: 5000 })
      .toMatchObject({ locked: false, lifecycle: { dlm: 'OPEN' } });
    expect(await rig.run('lock', LOCK)).toEqual({ answered: true });
    expect(await rig.run('read-state', {})).toMatchObject({ locked: true });
  });

  it('a lock that was lost on its way is not taken for one', async () => {
    await injected();
    relay.faults.push({ command: CC.nvWriteLock, what: 'lost' });
    await expect(rig.run('lock', LOCK)).rejects.toMatchObject({ code: 'device-error', chip: 'not-locked' });
    expect(await rig.run('lock', LOCK)).toEqual({ answered: true });
  }, 20_000);

  it('an answer that comes after its time is no answer to the next question', async () => {
    await identify();
    relay.faults.push({ command: CC.readPublic, what: 'late' });
    await expect(rig.run('enrol', {})).rejects.toMatchObject({ code: 'no-answer', chip: 'not-locked' });
    expect(await rig.run('read-state', {})).toMatchObject({ enrolled: true });
  }, 20_000);

  it('stale-bytes-at-open: passed over', async () => {
    await rig.close();
    relay.stale = Buffer.from('00ff8001ffff80010000', 'hex');
    rig = await openTpm(relay.port);
    await identify();
  });

  it('chip-swapped-mid-run: told by its endorsement key, before anything is changed', async () => {
    await identify();
    const other = await startSwtpm();
    relay.upstream = other.port;
    relay.cut();
    await expect
      .poll(() => rig.run('enrol', {}).catch((error: unknown) => error), { interval: 5, timeout: 5000 })
      .toMatchObject({ code: 'chip-swapped', chip: 'untouched' });
    relay.upstream = tpm.port;
    relay.cut();
    await expect
      .poll(() => rig.run('read-state', {}).catch(() => null), { interval: 5, timeout: 5000 })
      .toMatchObject({ enrolled: false });
    await other.end();
  });

  it('stops before the next change when told to', async () => {
    await identify();
    const abort = new AbortController();
    abort.abort();
    await expect(rig.run('enrol', {}, abort.signal)).rejects.toMatchObject({ code: 'cancelled' });
    expect(await rig.run('read-state', {})).toMatchObject({ enrolled: false });
  });
});
