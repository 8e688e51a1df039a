import { existsSync, lstatSync, readFileSync, readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * This machine's sysfs as far as serial ports and their USB devices go: `node sysfs.ts`. Prints JSON: links by
 * path with what they say, attributes by path with their text, and the terminals that have a node in /dev.
 */
const SYS = '/sys';
const CLASS = join(SYS, 'class/tty');
/** What a numbering, a moment or power management decides is left out. */
const ATTRIBUTES = new Set(
  'idVendor idProduct manufacturer product serial busnum devpath bDeviceClass bInterfaceNumber bInterfaceClass port_number type'.split(
    ' ',
  ),
);
const LINKS = new Set(['device', 'driver']);
/** Folders of a device that are no ports of it. */
const BESIDE = /^(power|ep_..)$/;
/** The first bus is the one that has devices; there are 15 more. */
const FIRST_BUS = /^(usb1$|1-)/;
/** Screens of the machine's console: 63 of them, all alike. */
const SCREEN = /^tty[1-9]\d*$/;

const links: Record<string, string> = {};
const attributes: Record<string, string> = {};
const note = (path: string, record: Record<string, string>, text: string): void => {
  record[relative(SYS, path)] = text;
};

/** Attributes and links of a folder; folders below it as deep as asked. */
function capture(folder: string, depth: number): void {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    const kind = lstatSync(path);
    if (kind.isSymbolicLink() && LINKS.has(name)) note(path, links, readlinkSync(path));
    if (kind.isFile() && ATTRIBUTES.has(name)) note(path, attributes, readFileSync(path, 'utf8').trim());
    if (kind.isDirectory() && depth > 0 && !BESIDE.test(name)) capture(path, depth - 1);
  }
}

const names = readdirSync(CLASS)
  .filter((name) => !SCREEN.test(name))
  .sort();
for (const name of names) {
  note(join(CLASS, name), links, readlinkSync(join(CLASS, name)));
  capture(realpathSync(join(CLASS, name)), 0);
}
const devices = join(SYS, 'bus/usb/devices');
for (const name of readdirSync(devices)
  .filter((one) => FIRST_BUS.test(one))
  .sort()) {
  note(join(devices, name), links, readlinkSync(join(devices, name)));
  // Down to <interface>/<port>/tty/<name>.
  if (/^\d+-\d+$/.test(name)) capture(realpathSync(join(devices, name)), 4);
}
const nodes = names.filter((name) => existsSync(join('/dev', name))).join(' ');
process.stdout.write(`${JSON.stringify({ links, attributes, nodes })}\n`);
