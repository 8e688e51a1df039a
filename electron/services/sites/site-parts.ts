import type { SiteView } from '#contract/sites.ts';
import type { DriverHost } from '#drivers/core/host-api.ts';
import type { EnginePorts } from '#services/engine/ports.ts';
import type { Floor } from './floor.ts';

/** What every site works with. */
export interface SiteParts {
  ports: EnginePorts;
  drivers: DriverHost;
  floor: Floor;
  newId(): string;
  publish(view: SiteView): void;
  /** Parts of this target are the port themselves: an empty socket has none. */
  partIsPort(target: string): boolean;
  /** A run that this site has taken over: another site that showed it lets go. */
  onAdopted(runId: string, site: string): void;
}
