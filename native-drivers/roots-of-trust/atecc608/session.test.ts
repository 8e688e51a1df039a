import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Transport } from '#drivers/core/link.ts';
import { openAuthority, type TestAuthority } from '#drivers/targets/identity-rig.test-support.ts';
import { openSerial } from '#drivers/transports/serial.ts';
import { openBench, type Bench } from '#drivers/virtual/bench.ts';
import { openBenchControl, type BenchControl } from '#drivers/virtual/control-client.ts';
import { findRootOfTrust } from '../registry.ts';
import { configZoneOf } from './config-zone.ts';
import { unfitSlots, withPolicy } from './policy.ts';
import { createAteccSession, type AteccSession } from './session.ts';

let bench: Bench;
let control: BenchControl;
let line: Transport;
let authority: TestAuthority;
let session: AteccSession;
const context = { signal: new AbortController().signal, progress: () => undefined };
beforeAll(async () => {
  authority = openAuthority();
  bench = await openBench({ target: 'atecc608', sites: 1, speed: 'max' });
  control = await openBenchControl(bench.sites[0]!.control);
  line = await openSerial(bench.sites[0]!.link, 9600);
});
afterAll(async () => {
  session.close();
  await Promise.all([line.close(), control.close()]);
  await bench.close();
  authority.close();
});
beforeEach(async () => {
  await control.remove();
  await control.insert();
  session = createAteccSession(line);
});

it('is in the registry with what it does with keys', () => {
  expect(findRootOfTrust('atecc608')).toMatchObject({
    capabilities: ['sealed-secrets'],
    keys: { makesOwnKeys: true, takesInjectedKeys: true, wrapsKeys: false, attests: true },
  });
  session.close();
});

it('says who it is, before and after', async () => {
  const { uid } = await control.status();
  expect((await session.info(context)).output).toMatchObject({
    chipUid: uid,
    firmware: '00006003',
    enrolled: false,
  });
  await session.moveLifecycle('CONFIG_LOCKED', context);
  const { deviceId } = (await session.enrol(context)).output;
  await session.moveLifecycle('DATA_LOCKED', context);
  const { csr } = (await session.csr({ subjectSerial: '7' }, context)).output;
  await session.inject({ chain: authority.issue(csr), configuration: {} }, context);
  await session.prove({ challenge: new Uint8Array(32) }, context);
  await session.lock(context);
  const { output } = await session.info(context);
  expect(output).toMatchObject({ chipUid: uid, enrolled: true, locked: true, deviceId });
  await expect(session.reconstruct({ reads: 1 }, context)).rejects.toMatchObject({ code: 'unsupported' });
  session.close();
});

it('refuses a certificate that is for another key, as the part would show it', async () => {
  await session.moveLifecycle('CONFIG_LOCKED', context);
  await session.enrol(context);
  await session.moveLifecycle('DATA_LOCKED', context);
  const { csr } = (await session.csr({ subjectSerial: '7' }, context)).output;
  const chain = authority.issue(csr);
  await session.inject({ chain: [chain[1]!], configuration: {} }, context);
  await expect(session.prove({ challenge: new Uint8Array(32) }, context)).rejects.toMatchObject({
    code: 'verify-mismatch',
  });
  session.close();
});

it('names the slots whose rules do not serve, one bit at a time', () => {
  const blank = configZoneOf(new Uint8Array(128));
  expect(unfitSlots(blank)).toContain(0);
  const good = withPolicy(configZoneOf(Uint8Array.from(randomBytes(128))));
  expect(unfitSlots(configZoneOf(good))).toEqual([]);
  const flipped = (at: number, bit: number): number[] => {
    const bytes = Uint8Array.from(good);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
    return unfitSlots(configZoneOf(bytes));
  };
  // Identity: external signing, making of keys, private. Sealed: secret, write key. Chain: secret, lockable.
  expect([flipped(20, 0), flipped(21, 5), flipped(96, 0)]).toEqual([[0], [0], [0]]);
  expect([flipped(30, 7), flipped(31, 0)]).toEqual([[5], [5]]);
  expect([flipped(36, 7), flipped(112, 5)]).toEqual([[8], [8]]);
  // Whose internal signatures are allowed matters to nobody here.
  expect(flipped(20, 1)).toEqual([]);
});

it('refuses a part that somebody else locked with other rules, before anything is changed', async () => {
  await line.close();
  line = await openSerial(bench.sites[0]!.link, 115_200);
  const answers: string[] = [];
  line.onData((bytes) => answers.push(Buffer.from(bytes).toString('latin1')));
  // A host that locks what the factory wrote: E:t of Lock with mode 80.
  await line.write(Buffer.from('E:w()\nE:t(0717800000398D)\n'));
  await expect.poll(() => answers.join(''), { interval: 2 }).toMatch(/\n00\(04[0-9A-F]{6}\)\n/);
  expect((await control.status()).dlm).toBe('CONFIG_LOCKED');
  session = createAteccSession(line);
  const refusal = { code: 'wrong-state', chip: 'untouched', context: { slots: '5' } };
  await expect(session.moveLifecycle('CONFIG_LOCKED', context)).rejects.toMatchObject(refusal);
  await expect(session.enrol(context)).rejects.toMatchObject(refusal);
  session.close();
});
