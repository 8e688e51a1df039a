import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LinkSpec } from '#drivers/core/link.ts';
import { openBench, type Bench } from '#drivers/virtual/bench.ts';
import { openBenchControl, type BenchControl } from '#drivers/virtual/control-client.ts';
import { startGuest, type Guest } from '#scripts/guest/guest.ts';
import { Qmp } from './qmp.test-support.ts';
import { BOOT_MS, TEST_MS } from './times.test-support.ts';

const SERIAL = 'FT0042';

let folder: string;
let bench: Bench;
let hands: BenchControl;
let guest: Guest;
let machine: Qmp;

/** QEMU's own adapter (an FT232BM to the kernel) in a hub of four places, its far end on a part of the virtual bench. */
const adapter = (place: string) => ({
  ...{ driver: 'usb-serial', id: 'adapter', chardev: 'line', serial: SERIAL },
  ...{ bus: 'usb.0', port: place },
});

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rootline-hub-'));
  bench = await openBench({ target: 'ra8m1', sites: 1, speed: 'max' });
  hands = await openBenchControl(bench.sites[0]?.control ?? '');
  const qmp = join(folder, 'qmp');
  guest = await startGuest({
    arguments: [
      ...['-device', 'qemu-xhci,id=usb', '-device', 'usb-hub,bus=usb.0,port=1'],
      ...['-chardev', `serial,id=line,path=${bench.sites[0]?.link ?? ''}`],
      ...['-qmp', `unix:${qmp},server=on,wait=off`],
    ],
    modules: ['xhci-pci', 'ftdi_sio'],
  });
  machine = await Qmp.open(qmp);
}, BOOT_MS);
afterAll(async () => {
  machine.close();
  await guest.close();
  await hands.close();
  await bench.close();
  rmSync(folder, { recursive: true });
});

/** The number of the hub's bus, in which the kernel is free. */
const busOfHub = async (): Promise<string> =>
  (
    await guest.runInGuest(
      'until_true ls /sys/bus/usb/devices/*-1 >/dev/null 2>&1; ls -d /sys/bus/usb/devices/*-1',
    )
  )
    .trim()
    .replace(/^.*\/(\d+)-1$/, '$1');

describe('a foreign adapter behind a hub, over the kernel of Debian', { timeout: TEST_MS }, () => {
  it('is bound by its place in the hub: moved to another it is named, back in its own it goes on', async () => {
    const bus = await busOfHub();
    await machine.run('device_add', adapter('1.2'));
    await guest.runInGuest('until_true test -c /dev/ttyUSB0');
    const link: LinkSpec = {
      ...{ path: '/dev/ttyUSB0', location: `${bus}-1.2:1.0` },
      adapter: { vendorId: '0403', productId: '6001', serialNumber: SERIAL },
      control: { kind: 'operator' },
    };
    const site = guest.tryInGuest(
      `node test/guest/in-guest/site.ts ra8m1 '${JSON.stringify(link)}' 2>&1 | tee /tmp/site`,
    );
    await guest.runInGuest('until_says /tmp/site ^part');
    // Milliseconds for which the adapter gathers bytes, as the kernel told it: 0 in QEMU's and 16 in a real one before.
    expect(await guest.runInGuest('cat /sys/class/tty/ttyUSB0/device/latency_timer')).toBe('1\n');
    await machine.unplug('adapter');
    await guest.runInGuest('until_says /tmp/site port-gone');
    await machine.run('device_add', adapter('1.4'));
    await guest.runInGuest('until_says /tmp/site cable-moved');
    await machine.unplug('adapter');
    await machine.run('device_add', adapter('1.2'));
    const lines = (await site).output.trim().split('\n');
    const part = `part ${(await hands.status()).uid}`;
    // Each look at the bus says again where the cable is.
    expect(lines.filter((line, at) => line !== lines[at - 1])).toEqual([
      ...['open /dev/ttyUSB0', part, 'port-gone'],
      `cable-moved ${bus}-1.2:1.0 ${bus}-1.4:1.0 /dev/ttyUSB0`,
      ...['port-back /dev/ttyUSB0', part],
    ]);
  });

  it('carries a whole image, which is read back', async () => {
    const said = await guest.runInGuest(
      [
        'head -c 40960 /dev/urandom > /tmp/in.bin',
        'node test/guest/in-guest/program.ts ra8m1 /dev/ttyUSB0 0x02000000 /tmp/in.bin',
      ].join('\n'),
    );
    const { uid } = await hands.status();
    const last = JSON.parse(said.trim().split('\n').at(-1) ?? '') as unknown;
    expect(last).toMatchObject({ chipUid: uid, verified: 40_960 });
  });
});
