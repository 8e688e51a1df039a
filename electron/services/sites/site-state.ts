import type { SiteState } from '#contract/sites.ts';

/** What is known of a site; its state on screen follows from this and nothing else. */
export interface SiteFacts {
  online: boolean;
  /** The part is the port itself, a device on USB, and nothing is at its place. */
  vacant: boolean;
  /** Null: the fixture cannot tell. */
  part: boolean | null;
  running: boolean;
  /** Stays until the part is out; `unknown` until the part was read. */
  result: 'passed' | 'failed' | 'unknown' | null;
}

/** A result outlives a lost cable: it belongs to the part in the socket, not to the link. */
export function siteStateOf({ online, vacant, part, running, result }: SiteFacts): SiteState {
  if (running) return 'running';
  if (result !== null) return result;
  // A contact that sees a part knows better: its cable is out.
  if (!online) return vacant && part !== true ? 'empty' : 'offline';
  return part === false ? 'empty' : 'ready';
}

/** What a presence report changes. `cleared`: the result goes; `inserted`: a part came in that may be started or read. */
export function presenceChange(facts: SiteFacts, part: boolean): { cleared: boolean; inserted: boolean } {
  const settled = facts.result === 'passed' || facts.result === 'failed';
  const inserted = part && facts.part !== true;
  return { cleared: settled && !facts.running && (!part || inserted), inserted };
}
