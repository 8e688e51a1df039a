import { existsSync, mkdirSync, readlinkSync, realpathSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { capturedSysfs } from './captured-sysfs.test-support.ts';
import { findPort } from './find-port.ts';
import { sysfsNames, sysfsPorts, type SystemRoots } from './sysfs-ports.ts';
import { sysfsTree } from './sysfs-tree.test-support.ts';
import { isMoreThanSerial, sysfsUsb } from './sysfs-usb.ts';

let captured: ReturnType<typeof capturedSysfs>;
beforeEach(() => {
  captured = capturedSysfs();
});
afterEach(() => captured.remove());

const ADAPTER = { vendorId: '1209', productId: '0001' };

describe('the sysfs of a Linux 6.1', () => {
  it('has its ports by their place, with what their adapters say; consoles and ports without hardware are none', () => {
    const bytes = { reach: 'bytes' } as const;
    const serial = { ...bytes, ...ADAPTER, manufacturer: 'Rootline Virtual serial adapter' };
    const two = { ...bytes, vendorId: '1209', productId: '0003', manufacturer: 'Rootline Two ports' };
    const nothing = {
      vendorId: null,
      productId: null,
      serialNumber: null,
      manufacturer: null,
      location: null,
    };
    expect(sysfsPorts(captured.roots)).toEqual([
      { ...serial, path: at('ttyACM0'), serialNumber: 'VSA-1', location: '1-1:1.0' },
      { ...serial, path: at('ttyACM1'), serialNumber: 'VSA-2', location: '1-2:1.0' },
      { ...bytes, ...nothing, path: at('ttyS0') },
      { ...two, path: at('ttyUSB0'), serialNumber: 'T-1', location: '1-3:1.0' },
      { ...two, path: at('ttyUSB1'), serialNumber: 'T-1', location: '1-3:1.0#1' },
    ]);
  });

  it('names what a change of is a plugging', () => {
    expect(sysfsNames(captured.roots)).toMatch(/ttyACM0 ttyACM1 .*\n.*1-1 1-1:1\.0 1-1:1\.1 .* usb1$/);
  });

  it('says where an adapter is that is not in its place', () => {
    const own = { location: '1-3:1.0', adapter: { ...ADAPTER, serialNumber: 'VSA-2' } };
    const found = { at: 'away', from: '1-3:1.0', to: '1-2:1.0', path: at('ttyACM1') };
    expect(findPort(own, sysfsPorts(captured.roots))).toEqual(found);
  });
});

describe('USB devices in the sysfs of a Linux 6.1', () => {
  it('are told by their place, root hubs left out', () => {
    const one = { reach: 'usb', ...ADAPTER, manufacturer: 'Rootline Virtual serial adapter' };
    expect(sysfsUsb(captured.roots)).toEqual([
      { ...one, path: 'usb:1-1', location: '1-1', serialNumber: 'VSA-1' },
      { ...one, path: 'usb:1-2', location: '1-2', serialNumber: 'VSA-2' },
      expect.objectContaining({ path: 'usb:1-3', serialNumber: 'T-1' }),
    ]);
  });

  it('are serial ports alone, or more: a probe with a console has an interface that is no port’s', () => {
    const ports = sysfsPorts(captured.roots);
    const more = () => ['1-1', '1-2', '1-3'].filter((at) => isMoreThanSerial(captured.roots, at, ports));
    expect(more()).toEqual([]);
    const probe = join(captured.roots.sys, 'bus/usb/devices/1-2:1.2');
    mkdirSync(probe);
    writeFileSync(join(probe, 'bInterfaceClass'), 'ff\n');
    expect(more()).toEqual(['1-2']);
  });
});

it('the tree that other tests build is laid out as the kernel does it', () => {
  const built = sysfsTree();
  onTestFinished(() => built.remove());
  const adapter = { at: '1-3', vendorId: '1209', productId: '0003', product: 'Two ports', serial: 'T-1' };
  built.plug('ttyUSB0', adapter, '/dev/null');
  built.plug('ttyUSB1', adapter, '/dev/null', 1);
  built.onBoard('ttyS1', 0, '/dev/null');
  for (const name of ['ttyUSB0', 'ttyUSB1', 'ttyS1'])
    expect(layout(built.roots, name)).toEqual(layout(captured.roots, name));
});

const at = (name: string): string => join(captured.roots.dev, name);

/** Where a port is below its bus or platform, where its `device` leads, and where its texts are. */
function layout({ sys }: SystemRoots, name: string) {
  const entry = realpathSync(join(sys, 'class/tty', name));
  const [top = ''] = /^.*?\/(usb1|serial8250)\//.exec(entry) ?? [];
  const port = relative(top, entry);
  const folders = port.split('/').map((_, index, all) => all.slice(0, index + 1).join('/'));
  const texts = ['idVendor', 'idProduct', 'product', 'serial', 'port_number', 'type'].map((text) => [
    text,
    folders.filter((folder) => existsSync(join(top, folder, text))),
  ]);
  return { port, device: readlinkSync(join(entry, 'device')), texts };
}
