import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseDfuse } from '#drivers/artefacts/dfuse-file.ts';
import { openBench, type Bench } from '#drivers/virtual/bench.ts';
import { openBenchControl, type BenchControl } from '#drivers/virtual/control-client.ts';
import { dfuseFile } from '#drivers/protocols/dfu/dfuse-file.test-support.ts';
import { startGuest, type Guest } from '#scripts/guest/guest.ts';
import { BOOT_MS, TEST_MS } from './times.test-support.ts';

let guest: Guest;
let bench: Bench;
let hands: BenchControl;
beforeAll(async () => {
  guest = await startGuest();
}, BOOT_MS);
afterAll(() => guest.close());
afterEach(async () => {
  await hands.close();
  await bench.close();
});

const port = (): string => new URL(bench.sites[0]?.link ?? '').port;

async function open(target: string): Promise<void> {
  bench = await openBench({ target, sites: 1, speed: 'max' });
  hands = await openBenchControl(bench.sites[0]?.control ?? '');
}

const file = (name: string, bytes: Uint8Array): string =>
  `echo ${Buffer.from(bytes).toString('base64')} | base64 -d > /tmp/${name}`;

describe('dfu-util on simulated devices, over the kernel of Debian', { timeout: TEST_MS }, () => {
  it('lists an STM32F4, programs it at an address, reads the same back and leaves', async () => {
    await open('dfu');
    const { uid } = await hands.status();
    const said = await guest.runInGuest(
      [
        `attach ${port()}`,
        file('in.bin', randomBytes(40_001)),
        'dfu-util -l',
        'dfu-util -a 0 -s 0x08000000 -D /tmp/in.bin',
        'dfu-util -a 0 -s 0x08000000:40001 -U /tmp/out.bin',
        'cmp /tmp/in.bin /tmp/out.bin && echo equal',
        'dfu-util -a 1 -s 0x1FFFC000:16 -U /tmp/options.bin && od -An -tx1 /tmp/options.bin',
        'dfu-util -a 0 -s 0x08000000:leave -D /tmp/in.bin',
      ].join('\n'),
    );
    expect(said).toContain(`serial="${uid?.toUpperCase() ?? ''}"`);
    expect(said).toContain('alt=0, name="@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg"');
    expect(said).toContain('equal');
    expect(said).toMatch(/ef aa ff ff/);
    expect(said).toContain('Submitting leave request...');
    await expect.poll(async () => (await hands.status()).running).toBe('firmware');
  });

  it('takes a file of ST’s as this station reads it', async () => {
    await open('dfu');
    const [first, second] = [randomBytes(3000), randomBytes(500)];
    const elements = [
      { address: 0x08000000, bytes: Uint8Array.from(first) },
      { address: 0x08010000, bytes: Uint8Array.from(second) },
    ];
    const made = dfuseFile(elements);
    expect(parseDfuse(made)).toEqual({ device: '0483:df11', segments: elements });
    const said = await guest.runInGuest(
      [
        `attach ${port()}`,
        ...[file('in.dfu', made), file('first', first), file('second', second)],
        'dfu-util -a 0 -D /tmp/in.dfu',
        'dfu-util -a 0 -s 0x08000000:3000 -U /tmp/first.read; cmp /tmp/first /tmp/first.read',
        'dfu-util -a 0 -s 0x08010000:500 -U /tmp/second.read; cmp /tmp/second /tmp/second.read && echo equal',
      ].join('\n'),
    );
    expect(said).toContain('equal');
  });

  it('is refused by a protected part, opens it by erasing all, and programs it then', async () => {
    await open('dfu');
    const options = Buffer.from('ef55ffffffffffffff0fffffffffffff', 'hex');
    await guest.tryInGuest(
      `attach ${port()}\n${file('options', options)}\ndfu-util -a 1 -s 0x1FFFC000:will-reset -D /tmp/options`,
    );
    await expect.poll(async () => (await hands.status()).dlm).toBe('RDP1');
    const upload = (name: string): string =>
      `attach ${port()}\ndfu-util -a 0 -s 0x08000000:16 -U /tmp/${name}`;
    const refused = await guest.tryInGuest(upload('no.bin'));
    expect(refused.code).not.toBe(0);
    expect(refused.output).toContain('SET_ADDRESS not correctly executed');
    await guest.tryInGuest('dfu-util -a 0 -s 0x08000000:unprotect:force -D /dev/null');
    await expect.poll(async () => (await hands.status()).dlm).toBe('RDP0');
    const said = await guest.runInGuest(`${upload('blank.bin')}\nod -An -tx1 /tmp/blank.bin`);
    expect(said).toMatch(/ff ff ff ff/);
  });

  // Without udev libusb sees no device that comes after the program began: each step is a program of its own.
  it('calls a device of DFU 1.1 from its program, programs it, and reads it after it was called again', async () => {
    await open('dfu11');
    const loader = 'there Runtime; dfu-util -e -E 0 -d 1209:0001; there DFU';
    const said = await guest.runInGuest(
      [
        'lists() { dfu-util -l | grep -q "Found $1"; }; there() { until_true lists "$1"; }',
        `set +e; keep_attached ${port()}; set -e`,
        file('in.bin', randomBytes(5000)),
        'cp /tmp/in.bin /tmp/in.dfu; dfu-suffix -v 1209 -p 0002 -a /tmp/in.dfu',
        loader,
        // It resets a device that has left the bus by then, says "Done!" and ends with 74.
        'dfu-util -d ,1209:0002 -D /tmp/in.dfu | tee /tmp/said; grep "^Done!" /tmp/said',
        loader,
        'dfu-util -d ,1209:0002 -U /tmp/read.bin',
        'cmp /tmp/in.bin /tmp/read.bin && echo equal',
      ].join('\n'),
    );
    expect(said).toContain('equal');
  });
});

describe('this station on the same devices, over the same kernel', { timeout: TEST_MS }, () => {
  const HERE = 'test/guest/in-guest/program.ts';

  it.each([
    ['stm32-dfu', 'dfu', 'STM32  BOOTLOADER', 10_016],
    ['dfu', 'dfu11', '1209:0001 Sensor', 10_001],
  ])(
    '%s: identifies, programs, reads back and starts the simulated %s',
    async (target, virtual, product, verified) => {
      await open(virtual);
      const { uid } = await hands.status();
      const said = await guest.runInGuest(
        [
          `set +e; keep_attached ${port()}; set -e`,
          file('in.bin', randomBytes(10_001)),
          'until_true test -s /sys/bus/usb/devices/1-1/serial',
          `node ${HERE} ${target} usb:1-1 0x08000000 /tmp/in.bin`,
        ].join('\n'),
      );
      const last = JSON.parse(said.trim().split('\n').at(-1) ?? '') as unknown;
      expect(last).toMatchObject({ chipUid: uid, product, verified });
      expect((await hands.status()).running).toBe('firmware');
    },
  );

  it('stm32-dfu: a site loses the device with its cable, and goes on with it', async () => {
    await open('dfu');
    const link = JSON.stringify({ path: 'usb:1-1', control: { kind: 'operator' } });
    const site = guest.tryInGuest(
      [
        `set +e; keep_attached ${port()}`,
        'until_true test -s /sys/bus/usb/devices/1-1/serial',
        `node test/guest/in-guest/site.ts stm32-dfu '${link}' 2>&1 | tee /tmp/site`,
      ].join('\n'),
    );
    await guest.runInGuest('until_says /tmp/site ^part');
    await hands.cable(false);
    await guest.runInGuest('until_says /tmp/site port-gone');
    await hands.cable(true);
    const part = `part ${(await hands.status()).uid ?? ''}`;
    const told = ['open usb:1-1', part, 'port-gone', 'port-back usb:1-1', part];
    expect((await site).output.trim().split('\n')).toEqual(told);
  });
});
