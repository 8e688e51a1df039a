import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findPort } from './find-port.ts';
import { sysfsPorts } from './sysfs-ports.ts';
import { sysfsTree, type SysfsTree } from './sysfs-tree.test-support.ts';

let tree: SysfsTree;
beforeEach(() => {
  tree = sysfsTree();
});
afterEach(() => tree.remove());

const A = { vendorId: '0403', productId: '6001', serialNumber: 'A50285BI' };
const B = { vendorId: '0403', productId: '6001', serialNumber: 'B0000001' };
const plugA = (name: string, at: string) => tree.plug(name, { at, serial: A.serialNumber }, '/dev/null');
const plugB = (name: string, at: string) => tree.plug(name, { at, serial: B.serialNumber }, '/dev/null');
const find = (location: string, adapter?: typeof A, others: (typeof A)[] = []) =>
  findPort({ location, ...(adapter === undefined ? {} : { adapter }) }, sysfsPorts(tree.roots), others);

describe('ports in sysfs', () => {
  it('tells the place of an adapter behind a hub, its ids and its serial number', () => {
    const path = tree.plug('ttyUSB0', { at: '1-2.3', serial: 'A50285BI' }, '/dev/null');
    expect(sysfsPorts(tree.roots)).toEqual([
      { path, location: '1-2.3:1.0', reach: 'bytes', manufacturer: 'FT232R', ...A },
    ]);
  });

  it('numbers several ports behind one interface, and leaves out ports without hardware or node', () => {
    tree.plug('ttyUSB0', { at: '2-1' }, '/dev/null');
    tree.plug('ttyUSB1', { at: '2-1' }, '/dev/null', 1);
    tree.onBoard('ttyS0', 4, '/dev/null');
    tree.onBoard('ttyS1', 0, '/dev/null');
    tree.onBoard('ttyS2', 4, '/dev/no-such-node');
    expect(sysfsPorts(tree.roots).map(({ path, location }) => [path.split('/').at(-1), location])).toEqual([
      ['ttyS0', null],
      ['ttyUSB0', '2-1:1.0'],
      ['ttyUSB1', '2-1:1.0#1'],
    ]);
  });
});

describe('a port by its place', () => {
  it('is found there whatever its name, and its name elsewhere is not it', () => {
    plugA('ttyUSB3', '1-2.3');
    plugB('ttyUSB0', '1-2.4');
    expect(find('1-2.3:1.0', A)).toMatchObject({
      at: 'here',
      path: expect.stringContaining('ttyUSB3') as string,
    });
    expect(find('1-1:1.0')).toEqual({ at: 'missing' });
  });

  it('is away where its adapter is at another place, also with another adapter in its own', () => {
    plugA('ttyUSB0', '1-4');
    expect(find('1-2.3:1.0', A)).toMatchObject({ at: 'away', from: '1-2.3:1.0', to: '1-4:1.0' });
    plugB('ttyUSB1', '1-2.3');
    expect(find('1-2.3:1.0', A)).toMatchObject({ at: 'away', to: '1-4:1.0' });
  });

  it('takes a replacement, but never the adapter of another site', () => {
    plugB('ttyUSB0', '1-2.3');
    expect(find('1-2.3:1.0', A)).toMatchObject({ at: 'here' });
    expect(find('1-2.3:1.0', A, [B])).toEqual({ at: 'missing' });
  });

  it('does not guess between two adapters that say the same, nor where they say nothing', () => {
    plugA('ttyUSB0', '1-4');
    plugA('ttyUSB1', '1-5');
    expect(find('1-2.3:1.0', A)).toEqual({ at: 'missing' });
    tree.plug('ttyUSB2', { at: '1-6' }, '/dev/null');
    expect(find('1-7:1.0')).toEqual({ at: 'missing' });
  });
});
