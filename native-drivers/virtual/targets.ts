import type { VirtualTarget } from './target.ts';

interface VirtualEntry {
  id: string;
  load(): Promise<VirtualTarget>;
}

/** The simulated chips, one line each; their code is loaded when a bench asks for it. */
export const virtualTargets: readonly VirtualEntry[] = [
  { id: 'ra8m1', load: async () => (await import('./ra8m1/target.ts')).ra8m1 },
  { id: 'stm32f4', load: async () => (await import('./stm32f4/target.ts')).stm32f4 },
];

/** Throws RangeError for a name that no entry has. */
export async function loadVirtualTarget(id: string): Promise<VirtualTarget> {
  const entry = virtualTargets.find((target) => target.id === id);
  if (entry === undefined) throw new RangeError(`no simulated chip is called ${id}`);
  return entry.load();
}
