import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import type { SystemRoots } from './sysfs-ports.ts';

/** An adapter as it stands on the bus: `1-2.3`, with what its descriptors say. */
export interface Adapter {
  at: string;
  vendorId?: string;
  productId?: string;
  serial?: string;
  product?: string;
}

/**
 * A machine's /sys and /dev in a folder, laid out as Linux 6.1 has them: /sys/class/tty/<name> leads to
 * .../usb1/1-2/1-2.3/1-2.3:1.0/ttyUSB0/tty/ttyUSB0, whose `device` leads back to .../1-2.3:1.0/ttyUSB0. Held to a kernel's own
 * by sysfs-captured.test.ts.
 */
export interface SysfsTree {
  roots: SystemRoots;
  /** The node in /dev leads to `terminal`. Resolves with its path. */
  plug(name: string, adapter: Adapter, terminal: string, portNumber?: number): string;
  unplug(name: string): void;
  /** A port of the board itself; type 0 is one that has no hardware. */
  onBoard(name: string, type: number, terminal: string): void;
  remove(): void;
}

export function sysfsTree(): SysfsTree {
  const root = mkdtempSync(join(tmpdir(), 'rootline-sysfs-'));
  const roots = { sys: join(root, 'sys'), dev: join(root, 'dev') };
  for (const folder of ['sys/class/tty', 'sys/bus/usb/devices', 'dev'])
    mkdirSync(join(root, folder), { recursive: true });
  const node = (name: string, terminal: string) => {
    // As the kernel does it: the node is there at once, whole.
    symlinkSync(terminal, join(root, `.${name}`));
    renameSync(join(root, `.${name}`), join(roots.dev, name));
    return join(roots.dev, name);
  };
  const show = (name: string, device: string) => {
    const entry = join(device, 'tty', name);
    mkdirSync(entry, { recursive: true });
    symlinkSync(join('../../..', basename(device)), join(entry, 'device'));
    const link = join(roots.sys, 'class/tty', name);
    symlinkSync(relative(dirname(link), entry), link);
    return entry;
  };
  return {
    roots,
    plug(name, adapter, terminal, portNumber = 0) {
      const usb = join(roots.sys, 'devices/pci0000:00/0000:00:14.0/usb1', ...ancestors(adapter.at));
      const device = join(usb, `${adapter.at}:1.0`, name);
      mkdirSync(device, { recursive: true });
      const texts = {
        idVendor: adapter.vendorId ?? '0403',
        idProduct: adapter.productId ?? '6001',
        product: adapter.product ?? 'FT232R',
      };
      for (const [file, text] of Object.entries(texts)) writeFileSync(join(usb, file), `${text}\n`);
      if (adapter.serial !== undefined) writeFileSync(join(usb, 'serial'), `${adapter.serial}\n`);
      writeFileSync(join(device, 'port_number'), `${portNumber}\n`);
      show(name, device);
      return node(name, terminal);
    },
    unplug(name) {
      rmSync(join(roots.sys, 'class/tty', name), { force: true });
      rmSync(join(roots.dev, name), { force: true });
    },
    onBoard(name, type, terminal) {
      const device = join(roots.sys, 'devices/platform/serial8250');
      mkdirSync(device, { recursive: true });
      writeFileSync(join(show(name, device), 'type'), `${type}\n`);
      node(name, terminal);
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** `1-2.3` hangs below `1-2`. */
function ancestors(at: string): string[] {
  const [bus = '', ports = ''] = at.split('-');
  return ports.split('.').map((_, index, all) => `${bus}-${all.slice(0, index + 1).join('.')}`);
}
