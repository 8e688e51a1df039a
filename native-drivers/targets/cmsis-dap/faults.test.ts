import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDriverHost } from '#drivers/host/client.ts';
import { spawnForked } from '#drivers/host/fork.ts';
import { openUsbRig, type UsbRig } from '../dfu/usb-rig.test-support.ts';

let rig: UsbRig;
beforeAll(async () => {
  rig = await openUsbRig('stm32f0-dap', 'cmsis-dap', 'wire');
});
afterAll(() => rig.close());
beforeEach(() => rig.renew());

const START = 0x08000000;
const target = 'stm32f0-dap';
const identify = () => rig.run('identify', { target });
const random = (length: number): Uint8Array => Uint8Array.from(randomBytes(length));
const came = (type: string): Promise<unknown> =>
  expect.poll(() => rig.events.map((event) => event.type), { timeout: 5000 }).toContain(type);
const erasing = (): Promise<void> =>
  vi.waitFor(async () => expect((await rig.hands.clock()).flashSeconds).toBeGreaterThan(0));

/** Pages that are not blank, so that the next image erases them. */
async function writtenOnce(): Promise<void> {
  await identify();
  await rig.run('program', { image: rig.image({ address: START, bytes: random(6000) }) });
  await rig.hands.resetClock();
}

describe('faults of an STM32F0 on a paced probe', () => {
  it('nak-then-recover: WAIT is asked again by the probe, FAULT is cleared, and neither is seen', async () => {
    await identify();
    const image = rig.image({ address: START, bytes: random(3000) });
    await rig.hands.fault('swd-wait x100');
    await rig.run('program', { image });
    await rig.hands.fault('swd-fault');
    await rig.run('verify', { image });
  });

  it('a part that answers WAIT for ever is said not to answer, untouched', async () => {
    await identify();
    await rig.hands.fault('swd-wait always');
    const image = rig.image({ address: START, bytes: random(64) });
    await expect(rig.run('program', { image })).rejects.toMatchObject({
      ...{ code: 'no-answer', chip: 'untouched' },
    });
    await rig.hands.fault(null);
    await rig.run('program', { image });
    await rig.run('verify', { image });
  });

  it('an empty socket does not answer, and the next part is served', async () => {
    await rig.hands.remove();
    await expect(identify()).rejects.toMatchObject({ code: 'no-answer', chip: 'untouched' });
    await rig.hands.insert();
    await identify();
  });

  it('a probe whose response is lost or is another is brought back into step', async () => {
    const { chipUid } = await identify();
    for (const fault of ['drop-answer 05', 'drop-answer 06', 'garbage 05', 'delay 1500 06']) {
      await rig.hands.fault(fault);
      // The first question asks who the part is: without an answer it is woken again.
      const { bytes } = await rig.run('read-memory', { address: 0x1ffff7ac, length: 12 });
      expect(Buffer.from(bytes).toString('hex')).toBe(chipUid);
    }
  });

  it('cable-pulled-during-erase: says so at once, and the part is written after it', async () => {
    await writtenOnce();
    const image = rig.image({ address: START, bytes: random(6000) });
    const failed = expect(rig.run('program', { image })).rejects.toMatchObject({
      ...{ code: 'port-gone', chip: 'not-locked' },
    });
    await erasing();
    await rig.hands.cable(false);
    await failed;
    await rig.hands.cable(true);
    await came('port-back');
    await rig.run('program', { image });
    await rig.run('verify', { image });
  });

  it('a power cut while a page is written: the part is half written, and is written whole', async () => {
    await identify();
    const image = rig.image({ address: START, bytes: random(5000) });
    await rig.hands.fault('power-cut-mid-write');
    await expect(rig.run('program', { image })).rejects.toMatchObject({
      ...{ code: 'no-answer', chip: 'not-locked' },
    });
    await rig.run('program', { image });
    await rig.run('verify', { image });
  });

  it.each(['lock-silent', 'lock-lost'])(
    'answer-lost-after-lock (%s): the outcome is unknown, and the part says itself what it is',
    async (fault) => {
      const { chipUid } = await identify();
      await rig.hands.fault(fault);
      await expect(rig.run('protect', { level: 'RDP1' })).rejects.toMatchObject({
        ...{ code: 'outcome-unknown', chip: 'unknown' },
      });
      // The option bytes were written before: any reset puts them in force.
      expect(await rig.run('read-state', {})).toMatchObject({ chipUid, lifecycle: { dlm: 'RDP1' } });
    },
  );

  it('chip-swapped-mid-run: another unique id is another part, before it is changed', async () => {
    await identify();
    await rig.hands.remove();
    await rig.hands.insert();
    await rig.hands.resetClock();
    const image = rig.image({ address: START, bytes: random(64) });
    const swapped = { code: 'chip-swapped', chip: 'untouched' };
    await expect(rig.run('program', { image })).rejects.toMatchObject(swapped);
    await expect(rig.run('protect', { level: 'RDP1' })).rejects.toMatchObject(swapped);
    await expect(rig.run('initialize', {})).rejects.toMatchObject(swapped);
    expect((await rig.hands.clock()).flashSeconds).toBe(0);
  });

  it('two-chips-one-uid: each probe has its own part, whatever id it shows', async () => {
    const { chipUid } = await identify();
    const second = await openUsbRig(target, 'cmsis-dap', 'max');
    await second.hands.remove();
    await second.hands.insert(chipUid);
    expect((await second.run('identify', { target })).chipUid).toBe(chipUid);
    const image = rig.image({ address: START, bytes: random(64) });
    await rig.run('program', { image });
    const { bytes } = await second.run('read-memory', { address: START, length: 64 });
    expect(bytes.every((byte) => byte === 0xff)).toBe(true);
    await second.close();
  });

  it('driver-process-killed while it writes: the next one finds the probe with its responses, and writes it whole', async () => {
    await writtenOnce();
    await rig.release();
    const host = createDriverHost(() =>
      spawnForked(fileURLToPath(import.meta.resolve('#drivers/host/main.ts'))),
    );
    const link = { path: rig.path, control: { kind: 'operator' } as const };
    const opened = (): Promise<boolean> =>
      host.openSite('A1', link, target).then(
        () => true,
        () => false,
      );
    const open = () => expect.poll(opened, { timeout: 5000 }).toBe(true);
    const options = { signal: new AbortController().signal, onProgress: () => undefined };
    await open();
    const sha256 = 'a'.repeat(64);
    const segments = [{ address: START, bytes: random(20_000) }];
    await host.putImage({ sha256, format: 'binary', segments, entryPoint: null });
    await host.run('A1', 'identify', { target }, options);
    const died = expect(host.run('A1', 'program', { image: sha256 }, options)).rejects.toMatchObject({
      code: 'host-died',
    });
    await erasing();
    process.kill(host.pid ?? 0, 'SIGKILL');
    await died;
    await open();
    await host.run('A1', 'program', { image: sha256 }, options);
    expect((await host.run('A1', 'verify', { image: sha256 }, options)).output.bytes).toBe(20_000);
    await host.close();
  });
});
