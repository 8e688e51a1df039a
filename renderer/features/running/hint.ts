import type { BatchView } from '#contract/batches.ts';
import type { SiteView } from '#contract/sites.ts';

const names = (sites: readonly SiteView[]): string => sites.map((site) => site.id).join(', ');

/** The one thing to do next, the most urgent first. */
export function hintFor(batch: BatchView, sites: readonly SiteView[]): string {
  const asking = sites.filter((site) => site.prompt !== null);
  if (asking.length > 0) return `${names(asking)}: your turn. Press Done, or F6`;
  const of = (state: SiteView['state']) => sites.filter((site) => site.state === state && !site.lab);
  const unknown = of('unknown');
  if (unknown.length > 0) return `Read back ${names(unknown)} before you take the part out`;
  if (batch.state === 'paused') return 'Paused';
  const finished = [...of('failed'), ...of('passed')];
  if (batch.counts.made >= batch.quantity && of('running').length === 0)
    return 'All units are made: close the batch';
  if (finished.length > 0 && of('empty').length === 0) return `Take out ${names(finished)}`;
  if (of('empty').length > 0) return 'Put a part in an empty site to start it';
  if (of('ready').length > 0) return 'Press Start, or F4 for all sites';
  return of('running').length > 0 ? 'All sites are at work' : 'No site can work: see why on the sites';
}
