import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { cpioArchive, type CpioEntry } from './cpio.ts';

/** In this order of asking; what they need comes before them by itself. */
const MODULES = ['virtio_pci', 'virtio_net', '9pnet_virtio', '9p', 'vhci-hcd', 'cdc-acm', 'usbserial'];
const BUSYBOX = '/bin/busybox';
const VHCI = '/lib/modules/*/kernel/drivers/usb/usbip/vhci-hcd.ko';

/** A kernel of Debian's that can be a USB/IP host: `linux-image-amd64` is, its cloud flavour has no USB at all. */
export interface GuestKernel {
  image: string;
  modules: string;
}

/** Throws where none is installed. */
export function guestKernel(): GuestKernel {
  const kernels = globSync(VHCI).map((file) => {
    const modules = file.slice(0, file.indexOf('/kernel/'));
    return { image: `/boot/vmlinuz-${basename(modules)}`, modules };
  });
  const found = kernels
    .sort((a, b) => b.modules.localeCompare(a.modules))
    .find(({ image }) => existsSync(image));
  if (found === undefined) throw new Error('No kernel with vhci-hcd is installed: linux-image-amd64');
  return found;
}

/** Busybox with its libraries, the modules and `more` of them, and `init`. */
export function initramfs(kernel: GuestKernel, init: string, more: readonly string[]): Buffer {
  const modules = inOrder(kernel, [...MODULES, ...more]);
  const files: [string, Uint8Array][] = [
    ...[BUSYBOX, ...libraries(BUSYBOX)].map((path): [string, Uint8Array] => [path, readFileSync(path)]),
    ...modules.map((path): [string, Uint8Array] => [`/modules/${basename(path)}`, readFileSync(path)]),
    ['/modules/order', Buffer.from(modules.map((path) => `${basename(path)}\n`).join(''))],
    ['/init', Buffer.from(init)],
  ];
  const folders = new Set([
    '/proc',
    '/sys',
    '/dev',
    '/root',
    '/host',
    ...files.flatMap(([path]) => foldersOf(path)),
  ]);
  const entries: CpioEntry[] = [
    ...[...folders].map((path) => ({ path: path.slice(1) })),
    ...files.map(([path, bytes]) => ({ path: path.slice(1), bytes })),
  ];
  return gzipSync(cpioArchive(entries), { level: 1 });
}

/** Files of the modules, each after those that it needs (modules.dep names the nearest need last). */
function inOrder({ modules }: GuestKernel, names: readonly string[]): string[] {
  const lines = readFileSync(join(modules, 'modules.dep'), 'utf8').split('\n');
  const wanted = names.flatMap((name) => {
    const line = lines.find((one) => basename(one.split(':')[0] ?? '') === `${name}.ko`);
    if (line === undefined) throw new Error(`${modules} has no ${name}`);
    const [file = '', needs = ''] = line.split(':');
    return [...needs.split(' ').filter(Boolean).reverse(), file];
  });
  return [...new Set(wanted)].map((path) => join(modules, path));
}

function libraries(program: string): string[] {
  const listed = execFileSync('ldd', [program], { encoding: 'utf8' });
  return [...listed.matchAll(/(\/\S+)/g)].map(([, path = '']) => path);
}

/** Outermost first. */
function foldersOf(path: string): string[] {
  const folder = dirname(path);
  return folder === '/' ? [] : [...foldersOf(folder), folder];
}
