import type { SiteView } from '#contract/sites.ts';
import { DriverError } from '#drivers/core/errors.ts';
import type { HostEvent } from '#drivers/core/host-api.ts';
import type { RunRow } from '#store/api.ts';
import { Site } from './site.ts';
import type { SiteConfig } from './site-config.ts';
import { noSuchSite } from './site-errors.ts';
import type { SiteParts } from './site-parts.ts';

/** All sockets of the station. Each is on its own; what is here only finds the right one. */
export class Sites {
  private readonly parts: Omit<SiteParts, 'onAdopted'>;
  private readonly sites = new Map<string, Site>();
  /** Sites whose driver process is down: one that reports again belongs to its successor. */
  private readonly down = new Set<string>();

  constructor(parts: Omit<SiteParts, 'onAdopted'>, configs: readonly SiteConfig[]) {
    this.parts = parts;
    for (const config of configs) this.sites.set(config.site, this.make(config));
  }

  private make(config: SiteConfig): Site {
    const onAdopted = (runId: string, site: string) => this.letGo(runId, site);
    return new Site(config, { ...this.parts, onAdopted });
  }

  /** Throws AppError `site-missing`. */
  get(id: string): Site {
    const site = this.sites.get(id);
    if (site === undefined) throw noSuchSite(id);
    return site;
  }

  has(id: string): boolean {
    return this.sites.has(id);
  }

  all(): Site[] {
    return [...this.sites.values()];
  }

  views(): SiteView[] {
    return this.all().map((site) => site.view());
  }

  /** Opens every link at once, then shows and reads what an earlier process left unread. */
  async open(unread: readonly RunRow[]): Promise<void> {
    const restored = new Set<string>();
    for (const row of unread) {
      const site = this.sites.get(row.site);
      if (site === undefined || restored.has(row.site)) continue;
      restored.add(row.site);
      await site.restore(row);
    }
    await Promise.all(this.all().map((site) => site.connect()));
    for (const site of this.all()) void site.tryReadBack();
  }

  /** A site was bound to another link: the old one is closed first. Refused while its part is unread or running. */
  async rebind(config: SiteConfig): Promise<Site> {
    await this.sites.get(config.site)?.close();
    const site = this.make(config);
    this.sites.set(config.site, site);
    await site.connect();
    return site;
  }

  /** Puts a site on its place of the fixture; one that is new is a free socket. */
  stand({ site, row, column }: { site: string; row: number; column: number }): void {
    const known = this.sites.get(site);
    if (known !== undefined) return known.around.standAt(row, column);
    const free = { link: null, target: '', programmer: 'None', virtual: false };
    this.sites.set(site, this.make({ site, row, column, ...free }));
  }

  async remove(id: string): Promise<void> {
    await this.sites.get(id)?.close();
    this.sites.delete(id);
  }

  /** Events of the driver process. */
  onHostEvent(event: HostEvent): void {
    switch (event.type) {
      case 'presence':
        return this.sites.get(event.site)?.presence(event.part);
      case 'port-gone':
        return this.sites.get(event.site)?.disconnected(DriverError.fromJSON(event.error));
      case 'port-back':
        return this.sites.get(event.site)?.reconnected(event.path);
      case 'cable-moved':
        return this.sites.get(event.site)?.around.cableMoved(event);
      case 'prompt':
        return this.sites.get(event.site)?.around.prompted({
          ...{ id: event.id, request: event.request, since: new Date().toISOString() },
        });
      case 'prompt-over':
        return this.sites.get(event.site)?.around.promptOver(event.id);
      case 'host-died':
        return this.driverDied(event.sites);
      case 'host-ready':
        return void this.driverBack(event.sites);
      case 'ports-changed':
      case 'bytes':
        return;
    }
  }

  private driverDied(sites: readonly string[]): void {
    for (const id of sites) {
      this.down.add(id);
      this.sites.get(id)?.driverDied(new DriverError('host-died', 'The driver process ended.'));
    }
  }

  /** What the death of the driver left unread is read at once: nobody has touched the parts. */
  private async driverBack(sites: readonly string[]): Promise<void> {
    const back = sites.filter((id) => this.down.delete(id));
    await Promise.all(
      back.map(async (id) => {
        await this.sites.get(id)?.connect();
        await this.sites.get(id)?.tryReadBack();
      }),
    );
  }

  private letGo(runId: string, except: string): void {
    for (const site of this.all()) {
      if (site.config.site !== except && site.unreadRun === runId) site.letGo();
    }
  }

  /** There is room in the batch again: parts that wait are started. */
  offerAll(): void {
    for (const site of this.all()) site.offer();
  }

  async close(): Promise<void> {
    await Promise.all(this.all().map((site) => site.close()));
  }
}
