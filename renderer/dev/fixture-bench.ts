import type { ErrorView } from '#contract/errors.ts';
import type { LabView, LogEntry } from '#contract/lab.ts';
import type { SiteView } from '#contract/sites.ts';
import type { Bench, BenchSite } from '#client/views.ts';
import { sites } from './fixture-sites.ts';

type Answer = (request: unknown) => unknown;

const offline: ErrorView = {
  code: 'port-missing',
  what: 'Nothing answers at tcp://192.168.7.20:3333.',
  chip: null,
  next: 'Start the debug server there.',
  retry: true,
};

const moved: ErrorView = {
  code: 'cable-moved',
  what: 'The cable of this site was at 1-2.3:1.0 and is at 1-2.4:1.0.',
  chip: null,
  next: 'Put it back, or let the site follow it on the bench page.',
  retry: false,
};

/** B3 is a real site whose cable was moved, B4 one whose adapter is out; the rest is the virtual bench, and C1 is free. */
function site(view: SiteView, index: number): BenchSite {
  const { id, row, column } = view;
  const wired = { id, row, column, target: 'ra8m1', lab: id === 'B2', moved: null, error: null };
  if (id === 'B3')
    return {
      ...{
        ...wired,
        programmer: 'FTDI',
        port: '/dev/ttyUSB1',
        location: '1-2.3:1.0',
        control: 'Modem lines',
      },
      ...{ moved: { from: '1-2.3:1.0', to: '1-2.4:1.0' }, online: false, error: moved, virtual: false },
    };
  if (id === 'B4')
    return {
      ...{ ...wired, programmer: 'Network', target: 'stm32f4', port: 'tcp://192.168.7.20:3333' },
      ...{ location: null, control: 'By hand', online: false, error: offline, virtual: false },
    };
  return {
    ...{ ...wired, programmer: 'Virtual programmer', port: `/dev/pts/${index + 3}`, location: null },
    ...{ control: 'Virtual bench', online: true, virtual: true },
  };
}

const free: BenchSite = {
  ...{ id: 'C1', row: 2, column: 0, programmer: 'None', target: '', port: '', location: null, moved: null },
  ...{ lab: false, control: '', online: false, error: null, virtual: false },
};

const PORTS: Bench['ports'] = [
  port('/dev/ttyUSB1', 'FTDI · A50285BI', '1-2.4:1.0'),
  port('/dev/ttyUSB0', 'FTDI · A50285BJ', '1-2.1:1.0'),
  port('/dev/ttyACM0', 'SEGGER · 000801012345', '1-1.2:1.0'),
  { ...port('usb:1-4', 'STMicroelectronics · 377A36', '1-4'), reach: 'usb' },
  port('/dev/ttyS0', '', null),
];

function port(path: string, title: string, location: string | null): Bench['ports'][number] {
  const full = [title, location].filter((part) => part !== '' && part !== null).join(' · ');
  return { path, title: full, site: null, reach: 'bytes', location };
}

function bench(state: string): Bench {
  const none = state === 'no-sites';
  const shown = none ? [] : [...sites('running').map(site), free];
  return {
    sites: shown,
    layout: {
      ...{ rows: none ? 2 : 3, columns: 4 },
      places: shown.map(({ id, row, column }) => ({ site: id, row, column })),
    },
    ports: none ? [] : PORTS,
    targets: [
      { id: 'ra8m1', title: 'Renesas RA8M1', family: 'Renesas RA', reach: 'bytes' },
      { id: 'ra6m4', title: 'Renesas RA6M4', family: 'Renesas RA', reach: 'bytes' },
      { id: 'stm32f4', title: 'ST STM32F405/407', family: 'ST STM32', reach: 'bytes' },
      { id: 'stm32-dfu', title: 'ST STM32 over USB', family: 'ST STM32', reach: 'usb' },
      { id: 'esp32c3', title: 'Espressif ESP32-C3', family: 'Espressif', reach: 'bytes' },
      { id: 'vendor-tool', title: 'Programmer with its maker’s tool', family: 'Tools', reach: 'tool' },
    ],
  };
}

const lab: LabView = {
  ...{ site: 'A1', target: 'ra8m1', targetTitle: 'Renesas RA8M1', busy: null },
  identity: {
    ...{ chipUid: '4e4b343930340000c0ffee002d419c07', product: 'R7FA8M1AHECBD', maxBaudRate: 4_000_000 },
    lifecycle: { dlm: 'OEM', protection: 'PL2', authentication: 'AL2' },
    areas: [
      { kind: 'code', start: 0x0200_0000, end: 0x021f_7fff, eraseUnit: 8192, writeUnit: 128 },
      { kind: 'data', start: 0x2700_0000, end: 0x2700_2fff, eraseUnit: 64, writeUnit: 4 },
    ],
  },
  state: {
    ...{ locked: false, enrolled: true, agentLocked: false },
    deviceId: 'c0ffee12'.repeat(8),
    certificateFingerprint: null,
  },
  can: [
    ...['identify', 'read-state', 'read-memory', 'initialize', 'boot-application', 'enrol', 'inject-key'],
    ...['move-lifecycle', 'lock'],
  ],
  hidden: false,
  irreversible: ['initialize', 'move-lifecycle', 'lock'],
};

const entry = (seq: number, parts: Partial<LogEntry>): LogEntry => ({
  ...{
    seq,
    at: `2026-11-25T08:12:0${seq % 10}.${String(100 + seq)}Z`,
    direction: 'sent',
    title: '',
    detail: '',
  },
  ...{ hex: '', bytes: 0, redacted: false, fault: false },
  ...parts,
});
const log = [
  entry(1, { title: 'Command 3A signature request', hex: '0100013ac503', bytes: 6 }),
  entry(2, {
    direction: 'received',
    title: 'Data 3A',
    detail: '41 bytes',
    hex: '81002a3a'.repeat(8),
    bytes: 41,
  }),
  entry(3, {
    title: 'Command 28 key set',
    detail: '82 bytes',
    hex: `010053${'··'.repeat(24)}`,
    bytes: 86,
    redacted: true,
  }),
  entry(4, { direction: 'received', title: 'Status 28', detail: 'OK', hex: '81000228003a03', bytes: 7 }),
  entry(5, { direction: 'received', title: '3 B', hex: '00ff07', bytes: 3, fault: true }),
];
const memory = Array.from({ length: 256 }, (_, index) =>
  ((index * 37) & 0xff).toString(16).padStart(2, '0'),
).join('');

/** Bench, lab and handler port of the fixture station. */
export function benchAnswers(state: string): Record<string, Answer> {
  const view = state === 'lab-new' ? { ...lab, identity: null, state: null } : lab;
  return {
    'bench.get': () => bench(state),
    'bench.attach': () => ({ ...free, port: '/dev/ttyUSB0', online: true }),
    'bench.selfTest': () => ({
      ok: true,
      steps: [
        { title: 'Open port', state: 'ok', detail: '/dev/pts/3' },
        { title: 'Reset and mode', state: 'ok', detail: 'Modem lines' },
        { title: 'Socket', state: 'ok', detail: 'A part is in.' },
        { title: 'Identify', state: 'ok', detail: 'R7FA8M1AHECBD' },
      ],
    }),
    'lab.open': () => view,
    'lab.get': () => view,
    'lab.close': () => ({ done: true }),
    'lab.run': () => ({ view, bytes: memory, result: 'Read 256 bytes at 02000000.' }),
    'lab.log': (request) => {
      const { after } = request as { after: number };
      return { entries: log.filter(({ seq }) => seq > after), last: log.length, dropped: 0 };
    },
    'lab.exportLog': () => ({ file: 'lab-A1-20261125.txt', text: '' }),
    'handler.get': () => ({
      ...{ enabled: false, host: '127.0.0.1', tcpPort: 7390, httpPort: 7391, hasToken: true },
      ...{ running: null, error: null },
    }),
  };
}
