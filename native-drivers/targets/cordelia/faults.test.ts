import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { startVirtualBench } from '#drivers/bench/virtual-bench.ts';
import type { HostEvent } from '#drivers/core/host-api.ts';
import { createDriverHost } from '#drivers/host/client.ts';
import { spawnForked } from '#drivers/host/fork.ts';
import { openBenchControl } from '#drivers/virtual/control-client.ts';
import { imageOf, openRig, type TargetRig } from '../target-rig.test-support.ts';
import { FILES } from './files.ts';

let rig: TargetRig;
beforeAll(async () => {
  rig = await openRig('cordelia');
});
afterAll(() => rig.close());
beforeEach(async () => {
  await rig.renew();
  await rig.run('identify', { target: 'cordelia' });
});

const join = () => rig.run('set-user-key', { slot: 'WLAN', key: Uint8Array.from(Buffer.from('net\nword')) });
const fileOf = (bytes: number): string =>
  imageOf(rig, { address: FILES[0]!.address, bytes: Uint8Array.from(randomBytes(bytes)) });

it('nak-then-recover: an ERROR ends the step, the next one is done', async () => {
  const image = fileOf(2000);
  await rig.hands.fault('nak -12');
  await expect(rig.run('program', { image })).rejects.toMatchObject({
    code: 'device-error',
    chip: 'not-locked',
  });
  await rig.run('program', { image });
  expect(await rig.run('verify', { image })).toMatchObject({ bytes: 2000 });
});

it('answer-lost-after-lock: an enrolment whose end is not told is unknown, is read, and is not sent again', async () => {
  await join();
  await rig.hands.fault('enrol-silent');
  const lost = expect(rig.run('enrol', {})).rejects.toMatchObject({
    code: 'outcome-unknown',
    chip: 'unknown',
  });
  // The silence is a minute long; the cable is out before that.
  await expect.poll(async () => (await rig.hands.status()).dlm).toBe('ENROLLED');
  await rig.hands.cable(false);
  await lost;
  await rig.hands.cable(true);
  expect((await rig.hands.status()).dlm).toBe('ENROLLED');
});

it('enrol-error: the module’s own word that it was not enrolled ends the step, and it can be asked again', async () => {
  await join();
  await rig.hands.fault('enrol-error');
  await expect(rig.run('enrol', {})).rejects.toMatchObject({ code: 'device-error', context: { error: 7 } });
  expect(await rig.run('read-state', {})).toMatchObject({ enrolled: false });
  // Reading the state starts the module anew.
  await join();
  expect((await rig.run('enrol', {})).deviceId).toMatch(/^[0-9a-f]{64}$/);
});

it('wlan-refused: nothing is enrolled, and the wait ends with the module', async () => {
  await rig.hands.fault('wlan-refused');
  const lost = expect(join()).rejects.toMatchObject({ code: 'port-gone' });
  await rig.hands.cable(false);
  await lost;
  await rig.hands.cable(true);
});

it('echoing-adapter: what comes back is no answer', async () => {
  await rig.hands.fault('echo');
  const image = fileOf(900);
  await rig.run('program', { image });
  expect(await rig.run('verify', { image })).toMatchObject({ bytes: 900 });
});

it('stale-bytes-at-open: noise before an answer is skipped', async () => {
  await rig.hands.fault('garbage x3');
  const image = fileOf(900);
  await rig.run('program', { image });
  expect(await rig.run('verify', { image })).toMatchObject({ bytes: 900 });
});

it('chip-swapped-mid-run: another module is refused before a byte of it is changed', async () => {
  await rig.hands.remove();
  await rig.hands.insert();
  const refusal = { code: 'chip-swapped', chip: 'untouched' };
  await expect(rig.run('program', { image: fileOf(10) })).rejects.toMatchObject(refusal);
});

it('two-chips-one-uid: a module with the same id is taken for the same, as nothing else tells them apart', async () => {
  const uid = (await rig.hands.status()).uid ?? '';
  await rig.hands.remove();
  await rig.hands.insert(uid);
  expect((await rig.run('read-state', {})).chipUid).toBe(uid);
});

it('cable-pulled-during-erase: the cable goes while a file is written, and comes back', async () => {
  const main = new URL('../../host/main.ts', import.meta.url).pathname;
  const bench = await startVirtualBench({ target: 'cordelia', sites: 1, speed: 'wire' });
  const drivers = createDriverHost(() => spawnForked(main));
  const [site] = bench.sites;
  const hands = await openBenchControl(site!.control);
  const options = { signal: new AbortController().signal, onProgress: () => undefined };
  await drivers.openSite(
    'A1',
    { path: site!.link, control: { kind: 'bench', socket: site!.control } },
    'cordelia',
  );
  await drivers.run('A1', 'identify', { target: 'cordelia' }, options);
  const segments = [{ address: 0, bytes: randomBytes(20_000) }];
  const image = { sha256: 'a'.repeat(64), format: 'binary' as const, segments, entryPoint: null };
  await drivers.putImage(image);
  let pulled = false;
  const writing = drivers.run(
    'A1',
    'program',
    { image: image.sha256 },
    {
      ...options,
      onProgress: ({ done }) => {
        if (done < 3000 || pulled) return;
        pulled = true;
        void hands.cable(false);
      },
    },
  );
  await expect(writing).rejects.toMatchObject({ code: 'port-gone', chip: 'not-locked' });
  const back = new Promise<HostEvent>((resolve) =>
    drivers.onEvent((event) => event.type === 'port-back' && resolve(event)),
  );
  await hands.cable(true);
  await back;

  // driver-process-killed: the next process finds the module as it is.
  const killed = drivers.run('A1', 'program', { image: image.sha256 }, options);
  const died = new Promise<HostEvent>((resolve) =>
    drivers.onEvent((event) => event.type === 'host-ready' && resolve(event)),
  );
  process.kill(drivers.pid ?? 0, 'SIGKILL');
  await expect(killed).rejects.toMatchObject({ code: 'host-died' });
  await died;
  await drivers.openSite(
    'A1',
    { path: site!.link, control: { kind: 'bench', socket: site!.control } },
    'cordelia',
  );
  const { output } = await drivers.run('A1', 'read-state', {}, options);
  expect(output).toMatchObject({ enrolled: false, lifecycle: { dlm: 'OPEN' } });
  await drivers.close();
  await hands.close();
  await bench.stop();
});
