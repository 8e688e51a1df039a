import { useReducer } from 'react';
import type { Response } from '#contract/contract.ts';
import { isCode } from './code.ts';

/** `line`: by address. `file`: by files on a stick, for a station without a line. */
export type JoinWay = 'line' | 'file';
export type JoinStep = 'ask' | 'compare' | 'different' | 'membership' | 'joined';

export interface JoinFlow {
  step: JoinStep;
  way: JoinWay;
  /** As typed or scanned; of the file way: where the invitation lies. */
  address: string;
  place: string;
  fileName: string;
  code: string;
  /** The first digits of the fingerprint, as the scanned QR code has them. */
  scanned: string | null;
  found: Found | null;
  /** Where the request for the cloud was written. */
  requestFile: string | null;
}
type Found = Response<'sync.lookFile'> & { url: string };

/** A fresh wizard, with what a scanned QR code has filled in. */
export function beginJoin(
  way: JoinWay,
  scanned: { url: string; code: string; fingerprint: string } | null,
): JoinFlow {
  return {
    step: 'ask',
    way,
    address: scanned?.url ?? '',
    place: '',
    fileName: '',
    code: scanned?.code ?? '',
    scanned: scanned?.fingerprint ?? null,
    found: null,
    requestFile: null,
  };
}

/** Whether the scanned digits are those of the cloud that answered; null where nothing was scanned. */
export function scanAgrees({ scanned, found }: Pick<JoinFlow, 'scanned' | 'found'>): boolean | null {
  if (scanned === null || found === null) return null;
  return scanned.length > 0 && found.fingerprint.startsWith(scanned);
}

/** The cloud has answered: people compare, unless the QR code says already that it is another one. */
export function afterLook(flow: JoinFlow, found: Found): JoinFlow {
  const next = { ...flow, found };
  return { ...next, step: scanAgrees(next) === false ? 'different' : 'compare' };
}

/** One step back; null = out of the wizard. */
export function stepBack(flow: JoinFlow): JoinFlow | null {
  switch (flow.step) {
    case 'ask':
    case 'joined':
      return null;
    case 'compare':
    case 'different':
      return { ...flow, step: 'ask', found: null };
    case 'membership':
      return { ...flow, step: flow.found === null ? 'ask' : 'compare' };
  }
}

/** What is missing before the cloud can be asked, or null. */
export function missingToLook({ way, address, place, code }: JoinFlow): string | null {
  if (way === 'line' && address.trim() === '') return 'Scan the QR code, or type the address';
  if (way === 'file' && place === '') return 'Choose the stick';
  return isCode(code) ? null : 'Type the code: four groups of four';
}

/** A file in a place; without a name the place itself, of which the station takes the newest. A whole path stands for itself. */
export function pathIn(place: string, name: string): string {
  const trimmed = name.trim();
  if (trimmed === '') return place;
  if (/^(?:[/\\]|[A-Za-z]:[/\\])/.test(trimmed)) return trimmed;
  const separator = place.includes('\\') && !place.includes('/') ? '\\' : '/';
  return place.endsWith(separator) ? `${place}${trimmed}` : `${place}${separator}${trimmed}`;
}

type Change = Partial<JoinFlow> | ((flow: JoinFlow) => JoinFlow);
const reduce = (flow: JoinFlow, change: Change): JoinFlow =>
  typeof change === 'function' ? change(flow) : { ...flow, ...change };

/** The wizard's state, and one way to change it. */
export const useJoinFlow = (first: JoinFlow) => useReducer(reduce, first);
