import { placeOf, type SiteConfig } from '#services/sites/site-config.ts';
import { DEMO_TARGET, type BenchSite } from './bench-process.ts';

/** The virtual bench's sites as the station configures them. */
export function virtualSites(sites: readonly BenchSite[], target = DEMO_TARGET): SiteConfig[] {
  return sites.map(({ id, link, control }) => ({
    site: id,
    ...placeOf(id),
    link: { path: link, control: { kind: 'bench', socket: control } },
    target,
    programmer: 'Virtual bench',
    virtual: true,
  }));
}
