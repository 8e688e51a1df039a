import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { openSerial } from '#drivers/transports/serial.ts';
import { openBench, type Bench } from '#drivers/virtual/bench.ts';
import { openBenchControl, type BenchControl } from '#drivers/virtual/control-client.ts';
import { AtLink } from '#drivers/targets/cordelia/at/at-link.ts';
import { startupOf } from '#drivers/targets/cordelia/module.ts';
import type { Transport } from '#drivers/core/link.ts';
import { findRootOfTrust } from '../registry.ts';
import type { RootOfTrustSession } from '../root-of-trust.ts';

const START_MS = 10_000;
const context = { signal: new AbortController().signal, progress: () => undefined };
let bench: Bench;
let control: BenchControl;
let line: Transport;
let session: RootOfTrustSession;
beforeAll(async () => {
  bench = await openBench({ target: 'cordelia', sites: 1, speed: 'max' });
  control = await openBenchControl(bench.sites[0]!.control);
  line = await openSerial(bench.sites[0]!.link, 115_200);
});
afterEach(() => session.close());
afterAll(async () => {
  await Promise.all([line.close(), control.close()]);
  await bench.close();
});
beforeEach(async () => {
  await control.remove();
  await control.insert();
  await started();
  session = findRootOfTrust('cordelia')!.create(line);
});

/** Mode and reset are the target's business. */
async function started(): Promise<void> {
  const at = new AtLink(line);
  const ready = startupOf(at, START_MS);
  await control.setMode('run');
  await control.reset();
  await ready;
  at.close();
}

async function join(): Promise<void> {
  const at = new AtLink(line);
  const joined = at.until('network', START_MS, (one) => one.type === 'info' && one.name === '+eventnetapp');
  await line.write(Buffer.from('AT+wlanConnect=hall,,OPEN,,,,\r\n'));
  await joined;
  at.close();
}

it('says who it is, enrols once in a network, and shows no host more than its device id', async () => {
  const { uid } = await control.status();
  expect((await session.info(context)).output).toMatchObject({
    ...{ chipUid: uid, rootOfTrust: 'cordelia', enrolled: false, deviceId: null, lifecycle: { dlm: 'OPEN' } },
  });
  await expect(session.enrol(context)).rejects.toMatchObject({ code: 'device-error' });
  session.close();
  await join();
  session = findRootOfTrust('cordelia')!.create(line);
  const { deviceId } = (await session.enrol(context)).output;
  expect((await session.readState(context)).output).toMatchObject({
    ...{ chipUid: uid, deviceId, enrolled: true, locked: false, lifecycle: { dlm: 'ENROLLED' } },
  });
  await expect(session.enrol(context)).rejects.toMatchObject({ code: 'enrol-refused' });
});

it('refuses what its own cloud alone sees before a byte is sent', async () => {
  const { wireSeconds } = await control.clock();
  const asked = [
    session.csr({ subjectSerial: '1' }, context),
    session.inject({ chain: [], configuration: {} }, context),
    session.prove({ challenge: new Uint8Array(32) }, context),
    session.reconstruct({ reads: 1 }, context),
    session.lock(context),
  ];
  for (const one of asked)
    await expect(one).rejects.toMatchObject({ code: 'unsupported', chip: 'untouched' });
  expect((await control.clock()).wireSeconds).toBe(wireSeconds);
});
