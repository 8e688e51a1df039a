import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDriverHost } from '#drivers/host/client.ts';
import { spawnForked } from '#drivers/host/fork.ts';
import { openUsbRig, type UsbRig } from './usb-rig.test-support.ts';

let rig: UsbRig;
beforeAll(async () => {
  rig = await openUsbRig('stm32-dfu', 'dfu', 'wire');
});
afterAll(() => rig.close());
beforeEach(() => rig.renew());

const START = 0x08000000;
const target = 'stm32-dfu';
const identify = () => rig.run('identify', { target });
const random = (length: number): Uint8Array => Uint8Array.from(randomBytes(length));
const came = (type: string): Promise<unknown> =>
  expect.poll(() => rig.events.map((event) => event.type), { timeout: 5000 }).toContain(type);
const erasing = (): Promise<void> =>
  vi.waitFor(async () => expect((await rig.hands.clock()).flashSeconds).toBeGreaterThan(0));

/** A first sector that is not blank, so that the next image erases it. */
async function writtenOnce(address = START): Promise<void> {
  await identify();
  await rig.run('program', { image: rig.image({ address, bytes: random(64) }) });
  await rig.hands.resetClock();
}

describe('faults of an STM32F4 on a paced bus', () => {
  it('nak-then-recover: the status is named, the device is idle again, the next attempt is whole', async () => {
    await writtenOnce();
    await rig.hands.fault('nak 08 41');
    const image = rig.image({ address: START, bytes: random(3000) });
    await expect(rig.run('program', { image })).rejects.toMatchObject({
      ...{ code: 'device-error', chip: 'not-locked' },
      context: { status: 'errADDRESS', state: 'dfuERROR', address: '0x08000000' },
    });
    await rig.run('program', { image });
    await rig.run('verify', { image });
  });

  it('a refused read is told as it is, and the next one is answered', async () => {
    await identify();
    await rig.hands.fault('nak 03 02');
    const read = { address: START, length: 32 };
    await expect(rig.run('read-memory', read)).rejects.toMatchObject({
      ...{ code: 'device-error', chip: 'untouched', context: { status: 'errWRITE', request: 'UPLOAD' } },
    });
    expect((await rig.run('read-memory', read)).bytes).toHaveLength(32);
  });

  it('cable-pulled-during-erase: says so at once, and the part is written after it', async () => {
    await writtenOnce();
    const image = rig.image({ address: START, bytes: random(3000) });
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

  it('a power cut while a block is written: the part is back on the bus, half written, and is written whole', async () => {
    await identify();
    const image = rig.image({ address: START, bytes: random(5000) });
    await rig.hands.fault('power-cut-mid-write');
    await expect(rig.run('program', { image })).rejects.toMatchObject({
      ...{ code: 'port-gone', chip: 'not-locked' },
    });
    await came('port-back');
    await rig.run('program', { image });
    await rig.run('verify', { image });
  });

  it('answer-lost-after-lock: a part that does not come back is unknown, and says itself what it is', async () => {
    await identify();
    for (const [fault, level] of [
      ['lock-silent', 'RDP1'],
      ['lock-lost', 'RDP0'],
    ] as const) {
      if ((await rig.run('read-state', {})).lifecycle.dlm === 'RDP1') await rig.renew();
      await identify();
      await rig.hands.fault(fault);
      rig.events.length = 0;
      const stop = new AbortController();
      const told = expect(rig.run('protect', { level: 'RDP1' }, stop.signal)).rejects.toMatchObject({
        ...{ code: 'outcome-unknown', chip: 'unknown' },
      });
      await came('port-gone');
      stop.abort();
      await told;
      await rig.hands.reset();
      await came('port-back');
      expect((await rig.run('read-state', {})).lifecycle.dlm).toBe(level);
    }
  });

  it('a part that is protected though its answer was lost is found to be, as it comes back', async () => {
    await identify();
    await rig.hands.fault('lock-silent');
    const done = rig.run('protect', { level: 'RDP1' });
    await came('port-gone');
    await rig.hands.reset();
    expect(await done).toMatchObject({ dlm: 'RDP1' });
  });

  it('chip-swapped-mid-run: another serial number is another part, before it is changed', async () => {
    await identify();
    rig.events.length = 0;
    await rig.hands.remove();
    await rig.hands.insert();
    await came('port-back');
    await rig.hands.resetClock();
    const image = rig.image({ address: START, bytes: random(64) });
    await expect(rig.run('program', { image })).rejects.toMatchObject({
      ...{ code: 'chip-swapped', chip: 'untouched' },
    });
    expect((await rig.hands.clock()).flashSeconds).toBe(0);
  });

  it('a part that comes back with another number in the middle of a step is not taken for the first', async () => {
    await identify();
    await rig.hands.fault('lock-silent');
    const swapped = expect(rig.run('protect', { level: 'RDP1' })).rejects.toMatchObject({
      ...{ code: 'outcome-unknown' },
    });
    await came('port-gone');
    await rig.hands.remove();
    await rig.hands.insert();
    await swapped;
  });

  it('two-chips-one-uid: each place on the bus is its own part, whatever number it shows', async () => {
    const { chipUid } = await identify();
    const second = await openUsbRig(target, 'dfu', 'max');
    await second.hands.remove();
    await second.hands.insert(chipUid);
    await expect.poll(() => second.events.map(({ type }) => type)).toContain('port-back');
    expect((await second.run('identify', { target })).chipUid).toBe(chipUid);
    const image = rig.image({ address: START, bytes: random(64) });
    await rig.run('program', { image });
    const { bytes } = await second.run('read-memory', { address: START, length: 64 });
    expect(bytes.every((byte) => byte === 0xff)).toBe(true);
    await second.close();
  });

  it('driver-process-killed while it erases: the next one finds the part busy, and writes it whole', async () => {
    // A sector that takes a second to erase: longer than a process takes to start.
    const address = START + 0x20000;
    await writtenOnce(address);
    await rig.release();
    const host = createDriverHost(() =>
      spawnForked(fileURLToPath(import.meta.resolve('#drivers/host/main.ts'))),
    );
    const link = { path: rig.path, control: { kind: 'operator' } as const };
    const open = () =>
      expect
        .poll(
          () =>
            host.openSite('A1', link, target).then(
              () => true,
              () => false,
            ),
          { timeout: 5000 },
        )
        .toBe(true);
    const options = { signal: new AbortController().signal, onProgress: () => undefined };
    await open();
    const sha256 = 'a'.repeat(64);
    const image = { sha256, format: 'binary', segments: [{ address, bytes: random(3000) }] } as const;
    await host.putImage({ ...image, segments: [...image.segments], entryPoint: null });
    await host.run('A1', 'identify', { target }, options);
    const died = expect(host.run('A1', 'program', { image: sha256 }, options)).rejects.toMatchObject({
      code: 'host-died',
    });
    await erasing();
    process.kill(host.pid ?? 0, 'SIGKILL');
    await died;
    await open();
    const early = await host.run('A1', 'read-state', {}, options);
    expect(early.output.lifecycle.dlm).toBe('RDP0');
    await host.run('A1', 'program', { image: sha256 }, options);
    expect((await host.run('A1', 'verify', { image: sha256 }, options)).output.bytes).toBe(3008);
    await host.close();
  });
});

describe('faults of a device with DFU 1.1 on a paced bus', () => {
  let plain: UsbRig;
  beforeAll(async () => {
    plain = await openUsbRig('dfu', 'dfu11', 'wire');
  });
  afterAll(() => plain.close());

  it('cable-pulled-during-erase: it comes back in its boot loader, and is written whole', async () => {
    await plain.run('identify', { target: 'dfu' });
    const image = plain.image({ address: 0, bytes: random(0x4000) });
    const failed = expect(plain.run('program', { image })).rejects.toMatchObject({
      ...{ code: 'port-gone', chip: 'not-locked' },
    });
    await expect.poll(() => plain.heard.some(({ done, note }) => note === 'Write' && done > 0)).toBe(true);
    await plain.hands.cable(false);
    await failed;
    plain.events.length = 0;
    await plain.hands.cable(true);
    await expect.poll(() => plain.events.map(({ type }) => type), { timeout: 3000 }).toContain('port-back');
    expect((await plain.run('read-state', {})).lifecycle.dlm).toBe('DFU');
    await plain.run('program', { image });
    await plain.run('verify', { image });
  });

  it('nak-then-recover: the block that was refused is named, and the next attempt is whole', async () => {
    await plain.run('identify', { target: 'dfu' });
    await plain.hands.fault('nak 07 01');
    const image = plain.image({ address: 0, bytes: random(2000) });
    await expect(plain.run('program', { image })).rejects.toMatchObject({
      ...{ code: 'device-error', context: { status: 'errVERIFY', block: 0 } },
    });
    await plain.run('program', { image });
    await plain.run('verify', { image });
  });
});
