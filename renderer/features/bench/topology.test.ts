import { describe, expect, it } from 'vitest';
import type { Bench, BenchSite } from '#client/views.ts';
import { branchesOf } from './topology.ts';

const port = (path: string, location: string | null, site: string | null = null): Bench['ports'][number] => ({
  ...{ path, location, site, reach: 'bytes' },
  title: ['FTDI', location].filter((part) => part !== null).join(' · '),
});
const site = (
  id: string,
  path: string,
  location: string | null,
  parts: Partial<BenchSite> = {},
): BenchSite => ({
  ...{ id, row: 0, column: 0, programmer: 'FTDI', target: 'ra8m1', port: path, location, moved: null },
  ...{ lab: false, control: 'Modem lines', online: false, error: null, virtual: false },
  ...parts,
});
const bench = (ports: Bench['ports'], sites: BenchSite[] = []): Bench => ({
  ...{ ports, sites, targets: [], layout: { rows: 1, columns: 1, places: [] } },
});
const titles = (shown: Bench) => branchesOf(shown).map(({ title }) => title);

describe('ports by their place on the bus', () => {
  it('stand under the hub that they hang at, in the order of its ports', () => {
    const shown = bench([
      port('/dev/ttyUSB0', '1-2.10:1.0'),
      port('/dev/ttyUSB1', '1-2.3:1.0'),
      port('/dev/ttyACM0', '1-4:1.0'),
      port('/dev/ttyS0', null),
    ]);
    expect(titles(shown)).toEqual(['Bus 1 · hub at 1-2', 'Bus 1', 'Without a place on a bus']);
    expect(branchesOf(shown)[0]?.spots.map(({ path }) => path)).toEqual(['/dev/ttyUSB1', '/dev/ttyUSB0']);
  });
  it('name the adapter without saying its place twice', () => {
    expect(branchesOf(bench([port('/dev/ttyUSB0', '1-2.3:1.0')]))[0]?.spots[0]?.name).toBe('FTDI');
  });
  it('keep a place for a site whose cable is out', () => {
    const shown = bench([port('/dev/ttyUSB0', '1-2.3:1.0')], [site('A1', '/dev/ttyUSB1', '1-2.4:1.0')]);
    expect(branchesOf(shown)[0]?.spots[1]).toMatchObject({
      site: 'A1',
      state: 'gone',
      location: '1-2.4:1.0',
    });
  });
  it('tell whose cable it is that was moved', () => {
    const moved = { from: '1-2.4:1.0', to: '1-2.3:1.0' };
    const shown = bench(
      [port('/dev/ttyUSB0', '1-2.3:1.0')],
      [site('A1', '/dev/ttyUSB0', '1-2.4:1.0', { moved })],
    );
    expect(branchesOf(shown)[0]?.spots).toMatchObject([{ site: null, movedFrom: 'A1' }, { state: 'gone' }]);
  });
  it('list a debug server as an address, whether it is there or not', () => {
    const shown = bench([], [site('A1', 'tcp://localhost:3333', null)]);
    expect(branchesOf(shown)).toMatchObject([
      { title: 'Addresses', spots: [{ kind: 'Network', state: 'far' }] },
    ]);
  });
  it('have no room for simulated ports and free sockets', () => {
    const simulated = site('A1', '/dev/pts/3', null, { virtual: true });
    expect(branchesOf(bench([], [simulated, site('A2', '', null)]))).toEqual([]);
  });
  it('take any word of a system for a place', () => {
    expect(titles(bench([port('COM4', 'Port_#0003.Hub_#0001')]))).toEqual([
      'Places as the system tells them',
    ]);
  });
});
