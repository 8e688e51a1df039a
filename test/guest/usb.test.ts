import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ControlSpec, LinkSpec } from '#drivers/core/link.ts';
import { openBench, type Bench } from '#drivers/virtual/bench.ts';
import { openBenchControl, type BenchControl } from '#drivers/virtual/control-client.ts';
import { CdcAdapter } from '#drivers/virtual/cdc/adapter.ts';
import { Echo } from '#drivers/virtual/usb/echo.test-support.ts';
import { TwoPorts } from '#drivers/virtual/usb/two-ports.test-support.ts';
import { UsbIpServer } from '#drivers/virtual/usb/usbip-server.ts';
import { startGuest, type Guest } from '#scripts/guest/guest.ts';
import { BOOT_MS, TEST_MS } from './times.test-support.ts';

const HERE = 'test/guest/in-guest';
const TTY = '/dev/ttyACM0';

let guest: Guest;
beforeAll(async () => {
  guest = await startGuest();
}, BOOT_MS);
afterAll(() => guest.close());
const busEmpty = () => guest.runInGuest('until_true bus_empty');

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
    await busEmpty();
  });

  it('is identified, programmed, verified and read by stm32flash in its own 8E1, and not in 8N1', async () => {
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
    expect((await hands.status()).discardedBytes).toBe(0);
    const wrong = await guest.tryInGuest(`stm32flash -m 8n1 -b 115200 ${TTY}`);
    expect(wrong).toMatchObject({ code: 1, output: expect.stringMatching(/115200 8N1/) as string });
    // Of its words in 8N1 those pass whose ninth bit is by chance a one; these two do not.
    await guest.runInGuest(`stty -F ${TTY} raw cs8 -parenb; printf '\\000\\377' > ${TTY}`);
    await expect.poll(async () => (await hands.status()).discardedBytes).toBe(2);
  });

  it('enters its boot loader by DTR and RTS and leaves it: as stm32flash and as this station drive them', async () => {
    await attach('cdc');
    await hands.setMode('run');
    await hands.reset();
    expect((await hands.status()).running).toBe('silent');
    const sequence = 'rts&dtr,-dtr';
    expect(await guest.runInGuest(`stm32flash -b 115200 -i '${sequence}' ${TTY}`)).toMatch(/0x0413/);
    const control = { reset: 'dtr', mode: 'rts', contact: 'dsr' } as const;
    const { uid } = await hands.status();
    expect(await identify(control)).toMatchObject({ chipUid: uid, present: true });
    expect(await hands.status()).toMatchObject({ running: 'silent', mode: 'high' });
  });

  it('enters its boot loader through cross-coupled lines, leaves it, and says by DSR that a part is in', async () => {
    await attach('cdc-crossed');
    await hands.setMode('run');
    await hands.reset();
    const control = { reset: 'rts', mode: 'dtr', crossCoupled: true, contact: 'dsr' } as const;
    const { uid, running } = await hands.status();
    expect(running).toBe('silent');
    expect(await identify(control)).toMatchObject({ chipUid: uid, present: true });
    expect(await hands.status()).toMatchObject({ running: 'silent', mode: 'high' });
    await hands.remove();
    await expect(identify(control)).rejects.toThrow('no-answer');
  });

  it('has the line coding that the kernel was told, and is this station’s own while it has it by its place', async () => {
    await attach('cdc');
    const said = await guest.runInGuest(
      [
        `stty -F ${TTY} 57600 cs7 parenb parodd cstopb`,
        `node ${HERE}/usb-claim.ts usb:1-1 ${TTY}; until_true test -c ${TTY}`,
      ].join('\n'),
    );
    const coding = { rate: 57_600, parity: 'odd', dataBits: 7, stopBits: 'two' };
    expect(JSON.parse(said)).toEqual({ before: true, during: false, coding });
  });
});

describe('a site on a bus whose devices come and go', { timeout: TEST_MS }, () => {
  let bench: Bench;
  let hands: BenchControl[];
  let server: UsbIpServer;
  beforeEach(async () => {
    bench = await openBench({ target: 'cdc-crossed', sites: 2, speed: 'max' });
    hands = await Promise.all(bench.sites.map(({ control }) => openBenchControl(control)));
    server = await UsbIpServer.listen();
  });
  afterEach(async () => {
    for (const one of hands) await one.close();
    await bench.close();
    await server.close();
    await busEmpty();
  });

  const attach = (site: 0 | 1): string => `attach ${new URL(bench.sites[site]?.link ?? '').port}`;

  it('has its port in its own place under any name, and is told where its cable is instead', async () => {
    const [own, other] = hands;
    const places = await guest.runInGuest(`${attach(1)}\n${attach(0)}\nuntil_true test -c /dev/ttyACM1`);
    expect(places).toBe('1-1\n1-2\n');
    const serial = await guest.runInGuest('cat /sys/bus/usb/devices/1-2/serial');
    const adapter = { vendorId: '1209', productId: '0001', serialNumber: serial.trim() };
    const control = { kind: 'modem-lines', reset: 'rts', mode: 'dtr', crossCoupled: true } as const;
    const link: LinkSpec = { path: '/dev/ttyACM0', location: '1-2:1.0', adapter, control };
    const site = guest.tryInGuest(
      `node ${HERE}/site.ts stm32f4 '${JSON.stringify(link)}' 2>&1 | tee /tmp/site`,
    );
    await guest.runInGuest('until_says /tmp/site ^part');
    await own?.cable(false);
    await guest.runInGuest('until_says /tmp/site port-gone');
    await other?.cable(false);
    await busEmpty();
    await own?.cable(true);
    expect(await guest.runInGuest(`${attach(0)}\nuntil_says /tmp/site cable-moved`)).toBe('1-1\n');
    await own?.cable(false);
    await busEmpty();
    server.plug('1-1', new Echo());
    await own?.cable(true);
    expect(await guest.runInGuest(`attach ${server.port}\n${attach(0)}`)).toBe('1-1\n1-2\n');
    const lines = (await site).output.trim().split('\n');
    const part = `part ${(await own?.status())?.uid ?? ''}`;
    // Each look at the bus says again where the cable is.
    expect(lines.filter((line, at) => line !== lines[at - 1])).toEqual([
      ...['open /dev/ttyACM1', part, 'port-gone', 'cable-moved 1-2:1.0 1-1:1.0 /dev/ttyACM0'],
      ...['port-back /dev/ttyACM0', part],
    ]);
  });

  it('reads sysfs as the kernel has it: the tree that the tests of the ports are held to', async () => {
    for (const one of hands) await one.cable(false);
    const nobody = { send: () => Promise.resolve(), lines: () => undefined, lost: () => undefined };
    server.plug('1-1', new CdcAdapter('VSA-1', nobody));
    server.plug('1-2', new CdcAdapter('VSA-2', nobody));
    server.plug('1-3', new TwoPorts());
    const said = await guest.runInGuest(
      [
        'echo 1209 0003 > /sys/bus/usb-serial/drivers/generic/new_id',
        ...['1-1', '1-2', '1-3'].map((busid) => `attach ${server.port} ${busid} >/dev/null`),
        'for port in ACM0 ACM1 USB0 USB1; do until_true test -c /dev/tty$port; done',
        `node ${HERE}/sysfs.ts`,
      ].join('\n'),
    );
    const fixture = new URL('../../native-drivers/transports/sysfs.fixture.json', import.meta.url);
    expect(JSON.parse(said)).toEqual(JSON.parse(readFileSync(fixture, 'utf8')));
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
  afterEach(async () => {
    await server.close();
    await busEmpty();
  });

  it('opens by bus and port path among others of its kind, works, and is gone when it leaves', async () => {
    const places = await guest.runInGuest(`attach ${server.port} 1-1\nattach ${server.port} 1-2`);
    expect(places.trim().split('\n')).toEqual(['1-1', '1-2']);
    const program = guest.tryInGuest(`node ${HERE}/usb-echo.ts usb:1-2 2>&1 | tee /tmp/echo`);
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
