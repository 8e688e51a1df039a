import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Transport } from '#drivers/core/link.ts';
import { openSerial } from '#drivers/transports/serial.ts';
import { openBench, type Bench } from '#drivers/virtual/bench.ts';
import { openBenchControl, type BenchControl } from '#drivers/virtual/control-client.ts';
import { findRootOfTrust } from '../registry.ts';
import { helperDataHash, isEnrolled, keyCodeOf, KEY_SLOTS } from './key-store.ts';
import { createNxpPufSession, type NxpPufSession } from './session.ts';

let bench: Bench;
let control: BenchControl;
let line: Transport;
let session: NxpPufSession;
const context = { signal: new AbortController().signal, progress: () => undefined };
beforeAll(async () => {
  bench = await openBench({ target: 'nxp-puf', sites: 1, speed: 'max' });
  control = await openBenchControl(bench.sites[0]!.control);
  line = await openSerial(bench.sites[0]!.link, 115_200);
});
afterAll(async () => {
  session.close();
  await Promise.all([line.close(), control.close()]);
  await bench.close();
});
beforeEach(async () => {
  await control.remove();
  await control.insert();
  session = createNxpPufSession(line);
});

it('is in the registry with what it does with keys', () => {
  const entry = findRootOfTrust('nxp-puf');
  expect(entry?.keys).toEqual({
    makesOwnKeys: true,
    takesInjectedKeys: true,
    wrapsKeys: true,
    attests: false,
  });
  expect(findRootOfTrust('qdid')?.keys.attests).toBe(true);
  session.close();
});

it('says who it is, enrols once, and keeps an own and an injected key', async () => {
  const { output: before } = await session.info(context);
  const { uid } = await control.status();
  expect(before).toMatchObject({ chipUid: uid, firmware: 'K3.0.0', rootOfTrust: 'nxp-puf', enrolled: false });
  const { output } = await session.enrol(context);
  await session.generateKey('UDS', 32, context);
  const key = Uint8Array.from(randomBytes(16));
  await session.setUserKey('USERKEK', key, context);
  expect([...key]).toEqual(Array<number>(16).fill(0));
  const store = await session.readKeyStore(context);
  expect(isEnrolled(store)).toBe(true);
  expect(helperDataHash(store)).toBe(output.helperDataHash);
  expect(keyCodeOf(store, KEY_SLOTS.UDS)).toHaveLength(56);
  expect(keyCodeOf(store, KEY_SLOTS.SBKEK)).toBeNull();
  await expect(session.enrol(context)).rejects.toMatchObject({ code: 'enrol-refused', chip: 'untouched' });
  expect((await session.readState(context)).output).toMatchObject({ enrolled: true, deviceId: uid });
  session.close();
});

it('gives a key store back after another enrolment, and refuses what is none', async () => {
  await session.enrol(context);
  await session.generateKey('PRINCE1', 16, context);
  const store = await session.readKeyStore(context);
  await session.writeKeyStore(store, context);
  expect(await session.readKeyStore(context)).toEqual(store);
  await expect(session.writeKeyStore(store.subarray(1), context)).rejects.toMatchObject({
    code: 'bad-argument',
    chip: 'untouched',
  });
  session.close();
});

it('rejects what symmetric keys cannot do, and stops before the first change when told to', async () => {
  for (const refused of [
    session.csr({ subjectSerial: '1' }, context),
    session.prove({ challenge: new Uint8Array(32) }, context),
    session.lock(context),
  ])
    await expect(refused).rejects.toMatchObject({ code: 'unsupported', chip: 'untouched' });
  await session.info(context);
  const abort = new AbortController();
  abort.abort();
  await expect(session.enrol({ ...context, signal: abort.signal })).rejects.toMatchObject({
    code: 'cancelled',
  });
  expect((await session.readState(context)).output.enrolled).toBe(false);
  session.close();
});
