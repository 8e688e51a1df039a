import type { Bench } from '#client/views.ts';
import { fitsPort } from './targets.ts';
import { channelsOf, controlOf, fitsWiring, type RelayChoice } from './wiring.ts';

/** What is asked one after the other until a board is attached. */
export const ATTACH_STEPS = ['site', 'port', 'target', 'wiring', 'test'] as const;
export type AttachStep = (typeof ATTACH_STEPS)[number];

/** What a person has said so far. */
export interface Draft {
  site: string;
  path: string;
  target: string;
  wiring: string;
  relay: RelayChoice;
}

export const isLabel = (text: string): boolean => /^[A-Z]{1,2}[0-9]{1,3}$/.test(text);

/** A draft begins with what is known already: a free socket, or a port that was just plugged in. */
export function beginDraft(bench: Bench, known: { site?: string; path?: string }): Draft {
  return {
    ...{ site: known.site ?? freeSite(bench), path: known.path ?? '', target: '', wiring: '' },
    relay: { path: '', reset: '1', mode: '2' },
  };
}

/** Sockets of the fixture that nothing is bound to. */
export const freeSites = ({ sites }: Bench): string[] =>
  sites.filter(({ port, virtual, lab }) => port === '' && !virtual && !lab).map(({ id }) => id);

/** The first free socket, or the next label that the fixture does not have. */
function freeSite(bench: Bench): string {
  const [first] = freeSites(bench);
  if (first !== undefined) return first;
  const taken = new Set(bench.sites.map(({ id }) => id));
  for (let index = 0; index < 676; index += 1) {
    const label = `${String.fromCharCode(65 + Math.floor(index / 4))}${(index % 4) + 1}`;
    if (!taken.has(label)) return label;
  }
  return '';
}

/** Why a step cannot be left yet; null: it can. */
export function lackOf(step: AttachStep, draft: Draft, bench: Bench): string | null {
  switch (step) {
    case 'site':
      return siteLack(draft.site, bench);
    case 'port':
      return portLack(draft, bench);
    case 'target': {
      const chosen = bench.targets.find(({ id }) => id === draft.target);
      return chosen !== undefined && fitsPort(chosen, draft.path, bench.ports) ? null : 'Choose the chip.';
    }
    case 'wiring':
      if (draft.wiring === '' || !fitsWiring(draft.wiring, draft.path, reachOf(draft, bench)))
        return 'Choose what drives reset and mode.';
      return relayLack(draft);
    case 'test':
      return null;
  }
}

export const reachOf = (draft: Draft, bench: Bench): Bench['targets'][number]['reach'] =>
  bench.targets.find(({ id }) => id === draft.target)?.reach ?? 'bytes';

function siteLack(site: string, { sites }: Bench): string | null {
  if (!isLabel(site)) return 'One or two letters for the row and a number for the column, like C1.';
  const there = sites.find(({ id }) => id === site);
  if (there?.virtual === true) return `${site} belongs to the virtual bench. Take another label.`;
  return there?.lab === true ? `${site} is in the lab. Give it back to production first.` : null;
}

function portLack({ path, site }: Draft, { ports }: Bench): string | null {
  if (path === '') return 'Choose a port, or type an address.';
  const other = ports.find((port) => port.path === path)?.site ?? null;
  return other === null || other === site ? null : `${path} serves site ${other}.`;
}

function relayLack({ wiring, relay, path }: Draft): string | null {
  if (controlOf(wiring, relay) === null)
    return `Say the port of the board and two different channels, ${channelsOf(wiring).join(' to ')}.`;
  const board = wiring === 'relay' || wiring === 'gpio';
  return board && relay.path === path ? 'The board is on a port of its own, not on the part’s.' : null;
}

const STEP_OF: Readonly<Record<string, AttachStep>> = {
  ...{ 'site-virtual': 'site', 'site-not-ready': 'site', 'site-in-lab': 'site', 'layout-refused': 'site' },
  ...{ 'port-taken': 'port', 'port-unfit': 'port', 'target-unknown': 'target', 'control-unfit': 'wiring' },
};

/** The step at which a refusal is mended; what belongs to none is said where it was asked. */
export const stepOfRefusal = (code: string): AttachStep => STEP_OF[code] ?? 'wiring';
