import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { wrapKey } from '#drivers/artefacts/key-wrapping.ts';
import { writeRkey } from '#drivers/artefacts/rkey.ts';
import type { Transport } from '#drivers/core/link.ts';
import { tapTransport } from '#drivers/host/tap.ts';
import { openSerial } from '#drivers/transports/serial.ts';
import { openBench, type Bench } from '#drivers/virtual/bench.ts';
import { openBenchControl, type BenchControl } from '#drivers/virtual/control-client.ts';
import { simulatorUfpk } from '#drivers/virtual/ra8m1/key-injection.ts';
import { findRootOfTrust } from '../registry.ts';
import type { WrappedKeySession } from './session.ts';

const context = { signal: new AbortController().signal, progress: () => undefined };
const AES_128 = 0x05;
const DLM = 0x00;

function rkeyOf(key: Uint8Array, keyType = AES_128): Uint8Array {
  const { ufpk, wufpk } = simulatorUfpk(randomBytes(16));
  const iv = randomBytes(16);
  return writeRkey({ keyType, wufpk, iv, encryptedKey: wrapKey(ufpk, iv, key) });
}

describe.each([
  { root: 'renesas-sce', target: 'ra6m4', slot: 'USER:05', dlm: 'SSD' },
  { root: 'renesas-tsip', target: 'rx65n', slot: 'DATA:03', dlm: 'OPEN' },
])('$root on $target', ({ root, target, slot, dlm }) => {
  let bench: Bench;
  let control: BenchControl;
  let line: Transport;
  let sent: Uint8Array[];
  let session: WrappedKeySession;
  let isOpen = false;
  beforeAll(async () => {
    bench = await openBench({ target, sites: 1, speed: 'max' });
    control = await openBenchControl(bench.sites[0]!.control);
    line = await openSerial(bench.sites[0]!.link, 9600);
  });
  afterAll(async () => {
    session.close();
    await Promise.all([line.close(), control.close()]);
    await bench.close();
  });
  const open = async () => {
    if (isOpen) session.close();
    isOpen = true;
    sent = [];
    await control.setMode('boot');
    await control.reset();
    const tap = {
      on: true,
      sent: (bytes: Uint8Array) => void sent.push(Uint8Array.from(bytes)),
      received: () => undefined,
    };
    session = findRootOfTrust(root)!.create(tapTransport(line, tap)) as WrappedKeySession;
  };
  beforeEach(async () => {
    await control.fault(null);
    await control.remove();
    await control.insert();
    await open();
  });

  it('takes keys, wraps them, makes and proves none: said in the registry', () => {
    expect(findRootOfTrust(root)?.keys).toEqual({
      ...{ makesOwnKeys: false, takesInjectedKeys: true, wrapsKeys: true, attests: false },
    });
  });

  it('says who the part is, takes a wrapped key that never is in clear, and says what it is', async () => {
    const { uid } = await control.status();
    const { output } = await session.info(context);
    expect(output).toMatchObject({ chipUid: uid, rootOfTrust: root, deviceId: null, lifecycle: { dlm } });
    const key = randomBytes(16);
    const injected = await session.injectKey({ slot, wrapped: rkeyOf(key) }, context);
    expect(injected.output).toEqual({ slot, verified: true });
    expect(Buffer.concat(sent).includes(key)).toBe(false);
    expect((await session.readState(context)).output).toMatchObject({ chipUid: uid, locked: false });
  });

  it('refuses what it has no key for, before a byte', async () => {
    const refused = [
      session.enrol(context),
      session.reconstruct({ reads: 1 }, context),
      session.csr({ subjectSerial: 'X' }, context),
      session.inject({ chain: [], configuration: {} }, context),
      session.prove({ challenge: randomBytes(32) }, context),
    ];
    for (const work of refused)
      await expect(work).rejects.toMatchObject({ code: 'unsupported', chip: 'untouched' });
    expect(sent).toEqual([]);
  });

  it('refuses a slot that is none, a key of another kind and a file that is none, before a byte', async () => {
    for (const input of [
      { slot: 'SLOT1', wrapped: rkeyOf(randomBytes(16)) },
      { slot, wrapped: rkeyOf(randomBytes(16), DLM) },
    ])
      await expect(session.injectKey(input, context)).rejects.toMatchObject({
        ...{ code: 'bad-argument', chip: 'untouched' },
      });
    await expect(session.injectKey({ slot, wrapped: randomBytes(50) }, context)).rejects.toThrow();
    expect(sent).toEqual([]);
  });

  if (root === 'renesas-sce') {
    it('refuses a key that was tampered with, and is deployed once; from then on no key', async () => {
      const { ufpk, wufpk } = simulatorUfpk(randomBytes(16));
      const iv = randomBytes(16);
      const encryptedKey = wrapKey(ufpk, iv, randomBytes(16));
      encryptedKey[3] = (encryptedKey[3] ?? 0) ^ 1;
      const wrapped = writeRkey({ keyType: AES_128, wufpk, iv, encryptedKey });
      await expect(session.injectKey({ slot, wrapped }, context)).rejects.toMatchObject({
        ...{ code: 'device-error', context: { command: 'userKeySet', status: 'D1' } },
      });
      expect((await session.lock(context)).output).toEqual({ answered: true });
      expect((await session.readState(context)).output.lifecycle.dlm).toBe('DPL');
      expect((await session.lock(context)).output).toEqual({ answered: true });
      await expect(
        session.injectKey({ slot, wrapped: rkeyOf(randomBytes(16)) }, context),
      ).rejects.toMatchObject({
        ...{ code: 'wrong-state', context: { dlm: 'DPL' } },
      });
    });
    return;
  }

  it('never overwrites a page, keeps the key through power-up, and locks nothing', async () => {
    await session.injectKey({ slot, wrapped: rkeyOf(randomBytes(16)) }, context);
    await open();
    await expect(
      session.injectKey({ slot, wrapped: rkeyOf(randomBytes(16)) }, context),
    ).rejects.toMatchObject({
      ...{ code: 'wrong-state', chip: 'not-locked', context: { slot } },
    });
    await session.injectKey({ slot: 'DATA:7f', wrapped: rkeyOf(randomBytes(32), 0x07) }, context);
    const before = sent.length;
    await expect(session.lock(context)).rejects.toMatchObject({ code: 'unsupported' });
    expect(sent.length).toBe(before);
  });
});
