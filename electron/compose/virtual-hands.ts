import { openBenchControl, type BenchControl } from '#drivers/virtual/control-client.ts';
import { AppError } from '#contract/errors.ts';
import type { VirtualHands } from '#services/bench/virtual-hands.ts';
import type { BenchSite } from './bench-process.ts';

/** The operator's hands on a virtual bench: one control socket per site, opened once. */
export async function openVirtualHands(
  sites: BenchSite[],
): Promise<VirtualHands & { close(): Promise<void> }> {
  const controls = new Map<string, BenchControl>();
  for (const site of sites) controls.set(site.id, await openBenchControl(site.control));
  const at = (site: string): BenchControl => {
    const control = controls.get(site);
    if (control === undefined) throw notVirtual(site);
    return control;
  };
  return {
    insert: (site) => at(site).insert(),
    remove: (site) => at(site).remove(),
    cable: async (site, plugged) => {
      await at(site).cable(plugged);
    },
    fault: (site, fault) => at(site).fault(fault),
    close: async () => {
      await Promise.all([...controls.values()].map((control) => control.close()));
    },
  };
}

const notVirtual = (site: string): AppError =>
  new AppError({
    code: 'not-virtual',
    what: `Site ${site} is not on the virtual bench.`,
    next: 'Use your hands: put the part in or take it out at the fixture.',
  });
