import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openBench, type Bench } from '#drivers/virtual/bench.ts';
import { openBenchControl, type BenchControl } from '#drivers/virtual/control-client.ts';
import { startGuest, type Guest } from './guest.test-support.ts';

/** Boot takes 4 s alone; other tests may have both processors. */
const BOOT_MS = 120_000;
const TEST_MS = 90_000;

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
