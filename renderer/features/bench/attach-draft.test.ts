import { describe, expect, it } from 'vitest';
import type { Bench, BenchSite } from '#client/views.ts';
import { beginDraft, lackOf, stepOfRefusal } from './attach-draft.ts';

const site = (id: string, parts: Partial<BenchSite>): BenchSite => ({
  ...{ id, row: 0, column: 0, programmer: '', target: '', port: '', location: null, moved: null },
  ...{ lab: false, control: '', online: false, error: null, virtual: false },
  ...parts,
});
const bench: Bench = {
  sites: [
    site('A1', { virtual: true, port: '/dev/pts/1' }),
    site('A2', { port: '/dev/ttyUSB0' }),
    site('A3', { port: '/dev/ttyUSB1', lab: true }),
    site('B7', {}),
  ],
  layout: { rows: 2, columns: 8, places: [] },
  ports: [
    { path: '/dev/ttyUSB0', title: '', site: 'A2', reach: 'bytes', location: null },
    { path: '/dev/ttyUSB9', title: '', site: null, reach: 'bytes', location: null },
    { path: 'usb:1-4', title: '', site: null, reach: 'usb', location: '1-4' },
  ],
  targets: [
    { id: 'esp32', title: 'ESP32', family: 'Espressif', reach: 'bytes' },
    { id: 'dfu', title: 'DFU', family: 'USB DFU', reach: 'usb' },
    { id: 'tool', title: 'Tool', family: 'Tools', reach: 'tool' },
  ],
};
const draft = {
  ...beginDraft(bench, {}),
  site: 'C1',
  path: '/dev/ttyUSB9',
  target: 'esp32',
  wiring: 'dtr-rts',
};

describe('attaching step by step', () => {
  it('begins at the free socket of the fixture, or at the next label', () => {
    expect(beginDraft(bench, {}).site).toBe('B7');
    const full = { ...bench, sites: bench.sites.slice(0, 3) };
    expect(beginDraft(full, {}).site).toBe('A4');
    expect(beginDraft(bench, { site: 'A2', path: 'usb:1-4' })).toMatchObject({ site: 'A2', path: 'usb:1-4' });
  });
  it('goes on once each step has its answer', () => {
    for (const step of ['site', 'port', 'target', 'wiring', 'test'] as const)
      expect(lackOf(step, draft, bench)).toBeNull();
  });
  it('says before it asks the station what that would refuse', () => {
    expect(lackOf('site', { ...draft, site: 'c 1' }, bench)).toContain('like C1');
    expect(lackOf('site', { ...draft, site: 'A1' }, bench)).toContain('virtual bench');
    expect(lackOf('site', { ...draft, site: 'A3' }, bench)).toContain('in the lab');
    expect(lackOf('port', { ...draft, path: '' }, bench)).toContain('Choose a port');
    expect(lackOf('port', { ...draft, path: '/dev/ttyUSB0' }, bench)).toContain('serves site A2');
    expect(lackOf('port', { ...draft, path: '/dev/ttyUSB0', site: 'A2' }, bench)).toBeNull();
  });
  it('lets a chip go that another port cannot reach, and lines that it does not have', () => {
    expect(lackOf('target', { ...draft, path: 'usb:1-4' }, bench)).not.toBeNull();
    expect(lackOf('target', { ...draft, path: 'usb:1-4', target: 'dfu' }, bench)).toBeNull();
    expect(lackOf('wiring', { ...draft, path: 'tcp://localhost:3333' }, bench)).not.toBeNull();
    expect(lackOf('wiring', { ...draft, target: 'tool' }, bench)).not.toBeNull();
    expect(lackOf('wiring', { ...draft, target: 'tool', wiring: 'operator' }, bench)).toBeNull();
  });
  it('wants a relay board on a port of its own, with two channels', () => {
    const relay = (path: string, mode: string) => ({ path, reset: '1', mode });
    const wired = (path: string, mode: string) => ({ ...draft, wiring: 'relay', relay: relay(path, mode) });
    expect(lackOf('wiring', wired('/dev/ttyS1', '2'), bench)).toBeNull();
    expect(lackOf('wiring', wired('/dev/ttyS1', '1'), bench)).toContain('two different channels');
    expect(lackOf('wiring', wired('', '2'), bench)).not.toBeNull();
    expect(lackOf('wiring', wired(draft.path, '2'), bench)).toContain('port of its own');
  });
  it('goes back to where a refusal is mended', () => {
    expect(
      ['port-taken', 'port-unfit', 'control-unfit', 'site-in-lab', 'forbidden'].map(stepOfRefusal),
    ).toEqual(['port', 'port', 'wiring', 'site', 'wiring']);
  });
});
