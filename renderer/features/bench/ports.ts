import type { Bench } from '#client/views.ts';

export type Port = Bench['ports'][number];

export const KINDS: Readonly<Record<Port['reach'], string>> = {
  bytes: 'Serial',
  usb: 'USB',
  tool: 'Tool',
};

const UNKNOWN: Readonly<Record<Port['reach'], string>> = {
  bytes: 'Serial port',
  usb: 'USB device',
  tool: 'Programmer',
};

/** Who made the adapter and its serial number; its place is said beside it. */
export function portName({ title, reach, location }: Port): string {
  const parts = title.split(' · ').filter((part) => part !== '' && part !== location);
  return parts.length === 0 ? UNKNOWN[reach] : parts.join(' · ');
}

/** What an address that nobody lists leads to, by its first letters. */
export function kindOfAddress(path: string): string {
  if (path.startsWith('tcp:')) return 'Network';
  if (path.startsWith('usbip:')) return 'USB over the network';
  if (path.startsWith('usb:')) return 'USB';
  return /^(\/dev\/|COM\d)/i.test(path) ? 'Serial' : 'Tool';
}
