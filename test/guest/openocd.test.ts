import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { LinkSpec } from '#drivers/core/link.ts';
import { openBench, type Bench } from '#drivers/virtual/bench.ts';
import { openBenchControl, type BenchControl } from '#drivers/virtual/control-client.ts';
import { Echo } from '#drivers/virtual/usb/echo.test-support.ts';
import { UsbIpServer } from '#drivers/virtual/usb/usbip-server.ts';
import { startGuest, type Guest } from '#scripts/guest/guest.ts';
import { BOOT_MS, TEST_MS } from './times.test-support.ts';

let guest: Guest;
let bench: Bench;
let hands: BenchControl;
beforeAll(async () => {
  guest = await startGuest();
}, BOOT_MS);
afterAll(() => guest.close());
beforeEach(async () => {
  bench = await openBench({ target: 'cmsis-dap', sites: 1, speed: 'max' });
  hands = await openBenchControl(bench.sites[0]?.control ?? '');
});
afterEach(async () => {
  await hands.close();
  await bench.close();
});

const port = (): string => new URL(bench.sites[0]?.link ?? '').port;
const file = (name: string, bytes: Uint8Array): string =>
  `echo ${Buffer.from(bytes).toString('base64')} | base64 -d > /tmp/${name}`;
const openocd = (commands: string): string =>
  `openocd -f interface/cmsis-dap.cfg -c 'cmsis_dap_backend usb_bulk' -f target/stm32f0x.cfg -c '${commands}'`;

describe('OpenOCD on the simulated probe, over the kernel of Debian', { timeout: TEST_MS }, () => {
  it('programs the part with its own routine, verifies it and resets it', async () => {
    const said = await guest.runInGuest(
      [
        `attach ${port()}`,
        file('in.bin', randomBytes(20_000)),
        openocd('program /tmp/in.bin 0x08000000 verify reset exit'),
        openocd(
          'init; reset halt; dump_image /tmp/out.bin 0x08000000 20000; echo [read_memory 0x1ffff7ac 8 12]; shutdown',
        ),
        'cmp /tmp/in.bin /tmp/out.bin && echo equal',
      ].join('\n'),
    );
    expect(said).toContain('Using CMSIS-DAPv2 interface');
    expect(said).toContain('SWD DPIDR 0x0bb11477');
    expect(said).toMatch(/device id = 0x20010448/);
    expect(said).toMatch(/flash size = 128 ?[Kk]/);
    expect(said).toContain('** Verified OK **');
    expect(said).toContain('equal');
    const uid = Buffer.from((await hands.status()).uid ?? '', 'hex');
    expect(said).toContain([...uid].map((byte) => `0x${byte.toString(16)}`).join(' '));
  });

  it('protects the part, is refused its memory then, and opens it by erasing all', async () => {
    const image = randomBytes(64);
    await guest.runInGuest(
      [
        `attach ${port()}`,
        file('in.bin', image),
        openocd('program /tmp/in.bin 0x08000000 verify exit'),
        openocd('init; reset halt; stm32f1x lock 0; reset halt; shutdown'),
      ].join('\n'),
    );
    expect((await hands.status()).dlm).toBe('RDP1');
    const refused = await guest.tryInGuest(openocd('init; reset halt; mdw 0x08000000; shutdown'));
    expect(refused.code).not.toBe(0);
    const said = await guest.runInGuest(
      [
        openocd('init; reset halt; stm32f1x unlock 0; reset halt; shutdown'),
        openocd('init; reset halt; echo [read_memory 0x08000000 32 2]; shutdown'),
      ].join('\n'),
    );
    expect(said).toContain('0xffffffff 0xffffffff');
    expect((await hands.status()).dlm).toBe('RDP0');
  });
});

describe('this station on the same probe, over the same kernel', { timeout: TEST_MS }, () => {
  it('identifies the part, programs it, reads it back and starts it', async () => {
    const { uid } = await hands.status();
    const said = await guest.runInGuest(
      [
        `attach ${port()}`,
        file('in.bin', randomBytes(20_000)),
        'until_true test -s /sys/bus/usb/devices/1-1/serial',
        'node test/guest/in-guest/program.ts stm32f0-dap usb:1-1 0x08000000 /tmp/in.bin',
      ].join('\n'),
    );
    const last = JSON.parse(said.trim().split('\n').at(-1) ?? '') as unknown;
    expect(last).toMatchObject({
      chipUid: uid,
      product: expect.stringContaining('STM32F07') as string,
      verified: 20_000,
      asked: ['mode-run'],
    });
  });

  it('is named where it is when its cable was moved, and is back in its own place', async () => {
    const { uid } = await hands.status();
    const other = await UsbIpServer.listen();
    onTestFinished(() => other.close());
    other.plug('1-1', new Echo());
    const attachOther = `attach ${other.port} >/dev/null`;
    const attachProbe = `attach ${port()} >/dev/null`;
    const serial = await guest.runInGuest(
      `${attachOther}; ${attachProbe}; cat /sys/bus/usb/devices/1-2/serial`,
    );
    const adapter = { vendorId: '1209', productId: '0001', serialNumber: serial.trim() };
    const link: LinkSpec = { path: 'usb:1-2', location: '1-2', adapter, control: { kind: 'operator' } };
    const site = guest.tryInGuest(
      `node test/guest/in-guest/site.ts stm32f0-dap '${JSON.stringify(link)}' 2>&1 | tee /tmp/site`,
    );
    await guest.runInGuest('until_says /tmp/site ^part');
    await hands.cable(false);
    other.unplug('1-1');
    await guest.runInGuest('until_says /tmp/site port-gone; until_true bus_empty');
    await hands.cable(true);
    await guest.runInGuest(`${attachProbe}; until_says /tmp/site cable-moved`);
    await hands.cable(false);
    await guest.runInGuest('until_true bus_empty');
    other.plug('1-1', new Echo());
    await hands.cable(true);
    await guest.runInGuest(`${attachOther}; ${attachProbe}`);
    const lines = (await site).output.trim().split('\n');
    const part = `part ${uid}`;
    // Each look at the bus says again where the cable is.
    expect(lines.filter((line, at) => line !== lines[at - 1])).toEqual([
      ...['open usb:1-2', part, 'port-gone', 'cable-moved 1-2 1-1 usb:1-1', 'port-back usb:1-2', part],
    ]);
  });
});
