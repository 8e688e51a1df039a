import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ControlSpec } from '#drivers/core/link.ts';
import { openBench, type Bench } from '#drivers/virtual/bench.ts';
import { openBenchControl, type BenchControl } from '#drivers/virtual/control-client.ts';
import { Echo } from '#drivers/virtual/usb/echo.test-support.ts';
import { UsbIpServer } from '#drivers/virtual/usb/usbip-server.ts';
import { startGuest, type Guest } from './guest.test-support.ts';

/** Boot takes 4 s alone; other tests may have both processors. */
const BOOT_MS = 120_000;
const TEST_MS = 90_000;
const HERE = 'test/guest/in-guest';
const TTY = '/dev/ttyACM0';

let guest: Guest;
beforeAll(async () => {
  guest = await startGuest();
}, BOOT_MS);
afterAll(() => guest.close());

describe('an STM32F4 behind a USB serial adapter, seen by the kernel of Debian', { timeout: TEST_MS }, () => {
  let bench: Bench;
  let hands: BenchControl;

  async function attach(target: string): Promise<string> {
    bench = await openBench({ target, sites: 1, speed: 'max' });
    hands = await openBenchControl(bench.sites[0]?.control ?? '');
    return guest.runInGuest(`attach ${port()}; until_true test -c ${TTY}; stty -F ${TTY} | head -1`);
  }

  const port = (): string => new URL(bench.sites[0]?.link ?? '').port;
  const identify = async (control: Partial<ControlSpec>): Promise<unknown> =>
    JSON.parse(await guest.runInGuest(`node ${HERE}/stm32.ts ${TTY} '${JSON.stringify(control)}'`));

  afterEach(async () => {
    await hands.close();
    await bench.close();
    await guest.runInGuest(`until_true test ! -e ${TTY}`);
  });

  it('is identified, programmed, verified and read by stm32flash in its own 8E1, and hears nothing in 8N1', async () => {
    const image = randomBytes(6000);
    expect(await attach('cdc-crossed')).toMatch(/^1-1\n/);
    const said = await guest.runInGuest(
      [
        `echo ${image.toString('base64')} | base64 -d > /tmp/in.bin`,
        `stm32flash -b 115200 -w /tmp/in.bin -v -S 0x08000000 ${TTY}`,
        `stm32flash -b 115200 -r /tmp/out.bin -S 0x08000000:6000 ${TTY}`,
        'cmp /tmp/in.bin /tmp/out.bin',
      ].join('\n'),
    );
    expect(said).toMatch(/serial_posix: 115200 8E1/);
    expect(said).toMatch(/Device ID +: 0x0413/);
    expect(said).toMatch(/100\.00%\) Done/);
    // What a part does not hear at another parity is counted in native-drivers/virtual/cdc/cdc.test.ts.
    const wrong = await guest.tryInGuest(`stm32flash -m 8n1 -b 115200 ${TTY}`);
    expect(wrong).toMatchObject({ code: 1, output: expect.stringMatching(/115200 8N1/) as string });
  });

  it('enters its boot loader by DTR and RTS: as stm32flash and as this station drive them', async () => {
    await attach('cdc');
    await hands.setMode('run');
    await hands.reset();
    expect((await hands.status()).running).toBe('silent');
    const sequence = 'rts&dtr,-dtr';
    expect(await guest.runInGuest(`stm32flash -b 115200 -i '${sequence}' ${TTY}`)).toMatch(/0x0413/);
    const control = { reset: 'dtr', mode: 'rts', contact: 'dsr' } as const;
    const { uid } = await hands.status();
    expect(await identify(control)).toMatchObject({ chipUid: uid, present: true });
  });

  it('enters its boot loader through cross-coupled lines, and says by DSR that a part is in', async () => {
    await attach('cdc-crossed');
    await hands.setMode('run');
    await hands.reset();
    const control = { reset: 'rts', mode: 'dtr', crossCoupled: true, contact: 'dsr' } as const;
    const { uid, running } = await hands.status();
    expect(running).toBe('silent');
    expect(await identify(control)).toMatchObject({ chipUid: uid, present: true });
    await hands.remove();
    await expect(identify(control)).rejects.toThrow('no-answer');
  });

  it('is taken from the kernel’s driver for as long as this station has it by bus and port path', async () => {
    await attach('cdc');
    const said = await guest.runInGuest(
      `node ${HERE}/usb-claim.ts usb:1-1 ${TTY}; until_true test -c ${TTY}`,
    );
    expect(JSON.parse(said)).toEqual({ before: true, during: false, coding: 7 });
  });

  it('is a site that loses its port with the cable, and has it again', async () => {
    await attach('cdc-crossed');
    const site = guest.tryInGuest(
      `keep_attached ${port()}\nnode ${HERE}/hot-plug.ts stm32f4 ${TTY} 2>&1 | tee /tmp/hot-plug`,
    );
    await guest.runInGuest(`until_says /tmp/hot-plug open`);
    await hands.cable(false);
    await guest.runInGuest(`until_says /tmp/hot-plug port-gone`);
    await hands.cable(true);
    expect((await site).output.trim().split('\n')).toEqual(['open', 'port-gone', 'port-back']);
  });
});

describe('a USB device of the guest’s own bus', { timeout: TEST_MS }, () => {
  let server: UsbIpServer;
  let echo: Echo;
  beforeEach(async () => {
    server = await UsbIpServer.listen();
    echo = new Echo();
    server.plug('1-1', new Echo());
    server.plug('1-2', echo);
  });
  afterEach(() => server.close());

  it('opens by bus and port path among others of its kind, works, and is gone when it leaves', async () => {
    const places = await guest.runInGuest(`attach ${server.port} 1-1\nattach ${server.port} 1-2`);
    expect(places.trim().split('\n')).toEqual(['1-1', '1-2']);
    const program = guest.tryInGuest(`node ${HERE}/usb-echo.ts usb:1-2 | tee /tmp/echo`);
    await guest.runInGuest('until_says /tmp/echo waiting');
    server.unplug('1-2');
    const { output } = await program;
    expect(output).toMatch(/\{.*\}\s*$/);
    const said = JSON.parse(output.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
    const fixture = new URL('../../native-drivers/transports/usb/places.fixture.json', import.meta.url);
    expect(said).toMatchObject({
      places: JSON.parse(readFileSync(fixture, 'utf8')) as unknown,
      vendor: 'c007341205000800',
      refused: { status: 'stall' },
      echoed: Buffer.from('echo').toString('hex'),
      bad: { status: 'stall' },
      good: { status: 'ok', bytesWritten: 4 },
      alternates: ['quiet', 'loud'],
      gone: 'port-gone',
      after: 'port-gone',
    });
    expect(echo.seen).toContain('reset');
  });
});
