import { targets } from '../targets/registry.ts';
import type { VirtualTarget } from './target.ts';

interface VirtualEntry {
  id: string;
  /** The target whose driver makes its parts, where it has another name. */
  target?: string;
  load(): Promise<VirtualTarget>;
}

/** The simulated chips, one line each; their code is loaded when a bench asks for it. */
export const virtualTargets: readonly VirtualEntry[] = [
  { id: 'ra8m1', load: async () => (await import('./ra8m1/target.ts')).ra8m1 },
  { id: 'stm32f4', load: async () => (await import('./stm32f4/target.ts')).stm32f4 },
  { id: 'cdc', load: async () => (await import('./cdc/target.ts')).cdc },
  { id: 'cdc-crossed', load: async () => (await import('./cdc/target.ts')).cdcCrossed },
  { id: 'bmp', target: 'stm32f4-swd', load: async () => (await import('./bmp/target.ts')).bmp },
  { id: 'ra6m4', load: () => raGen1('ra6m4') },
  { id: 'ra6m5', load: () => raGen1('ra6m5') },
  { id: 'ra4m2', load: () => raGen1('ra4m2') },
  { id: 'ra4m3', load: () => raGen1('ra4m3') },
  { id: 'rx65n', load: () => rx('rx65n') },
  { id: 'rx72t', load: () => rx('rx72t') },
  { id: 'rx72m', load: () => rx('rx72m') },
  { id: 'esp32', load: async () => (await import('./esp32/target.ts')).esp32 },
  { id: 'esp32c3', load: async () => (await import('./esp32/target.ts')).esp32c3 },
  { id: 'esp32s3', load: async () => (await import('./esp32/target.ts')).esp32s3 },
  { id: 'esp32c6', load: async () => (await import('./esp32/target.ts')).esp32c6 },
  { id: 'nxp-puf', load: async () => (await import('./nxp-puf/target.ts')).nxpPuf },
  { id: 'atecc608', load: async () => (await import('./atecc608/target.ts')).atecc608 },
  { id: 'smp', load: async () => (await import('./smp/target.ts')).smp },
  // Families that bring their own.
  ...targets.flatMap(({ id, simulator }) => (simulator === undefined ? [] : [{ id, load: simulator }])),
  {
    id: 'cmsis-dap',
    target: 'stm32f0-dap',
    load: async () => (await import('./cmsis-dap/target.ts')).cmsisDap,
  },
  { id: 'cmsis-dap-hid', load: async () => (await import('./cmsis-dap/target.ts')).cmsisDapHid },
  { id: 'dfu', target: 'stm32-dfu', load: async () => (await import('./dfu/target.ts')).dfu },
  { id: 'dfu11', target: 'dfu', load: async () => (await import('./dfu/target.ts')).dfu11 },
];

async function rx(device: 'rx65n' | 'rx72t' | 'rx72m'): Promise<VirtualTarget> {
  const [{ rxTarget }, devices] = await Promise.all([
    import('./rx65n/target.ts'),
    import('./rx65n/devices.ts'),
  ]);
  return rxTarget(devices[device]);
}

async function raGen1(device: 'ra6m4' | 'ra6m5' | 'ra4m2' | 'ra4m3'): Promise<VirtualTarget> {
  const [{ gen1Target }, devices] = await Promise.all([
    import('./ra-gen1/target.ts'),
    import('./ra-gen1/devices.ts'),
  ]);
  return gen1Target(devices[device]);
}

const made = targets.flatMap(({ id }) => {
  const chip = virtualTargets.find((entry) => (entry.target ?? entry.id) === id);
  return chip === undefined ? [] : [[id, chip.id] as const];
});

/** Targets that a virtual bench has a chip for, each with the name of that chip. */
export const simulatedTargets: ReadonlyMap<string, string> = new Map(made);

/** Throws RangeError for a name that no entry has. */
export async function loadVirtualTarget(id: string): Promise<VirtualTarget> {
  const entry = virtualTargets.find((target) => target.id === id);
  if (entry === undefined) throw new RangeError(`no simulated chip is called ${id}`);
  return entry.load();
}
