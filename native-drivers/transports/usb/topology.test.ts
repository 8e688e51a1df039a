import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isDeviceAt, locationIn, locationOf, usbPath } from './topology.ts';

/** As the package told them of two devices of Debian's kernel; test/guest/usb.test.ts holds the file to that. */
const places = JSON.parse(readFileSync(new URL('places.fixture.json', import.meta.url), 'utf8')) as {
  bus: string;
  ports: number[];
}[];

describe('the place of a USB device', () => {
  it('is its bus and its ports, as the kernel names it', () => {
    expect(places.map(locationOf)).toEqual(['1-1', '1-2']);
    expect(locationOf({ bus: '012', ports: [2, 3, 1] })).toBe('12-2.3.1');
  });

  it('keeps a bus that is no number, and none for a root hub', () => {
    expect(locationOf({ bus: 'PCI0', ports: [4] })).toBe('PCI0-4');
    expect(locationOf({ bus: '001', ports: [] })).toBeNull();
  });

  it('is what follows usb: in a path', () => {
    expect(locationIn(usbPath('1-2.3'))).toBe('1-2.3');
  });
});

it('a device is there under its number or while its bus is reset, and not once another is or none', () => {
  const devices = mkdtempSync(join(tmpdir(), 'rootline-usb-'));
  const seen = ['7', '0', '8'].map((number) => {
    mkdirSync(join(devices, '1-2'), { recursive: true });
    writeFileSync(join(devices, '1-2/devnum'), `${number}\n`);
    return isDeviceAt('1-2', 7, devices);
  });
  expect(seen).toEqual([true, true, false]);
  expect(isDeviceAt('1-3', 7, devices)).toBe(false);
  rmSync(devices, { recursive: true });
});
