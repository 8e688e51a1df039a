import type { SelfTestView } from '#contract/bench.ts';
import type { DriverHost } from '#drivers/core/host-api.ts';
import type { Sites } from '#services/sites/sites.ts';
import type { Store } from '#store/api.ts';
import type { TargetTitle } from './bench-view.ts';
import type { VirtualHands } from './virtual-hands.ts';

/** What the bench page's use-cases work with. */
export interface BenchParts {
  store: Pick<Store, 'settings'>;
  sites: Sites;
  drivers: DriverHost;
  hands: VirtualHands | null;
  targets: readonly TargetTitle[];
  /** Sites, ports or layout are other than before. */
  changed(): void;
  /** A self-test has done another step. */
  tested(view: SelfTestView): void;
}
