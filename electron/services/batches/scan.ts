import type { Response } from '#contract/contract.ts';
import { parseJoinText } from '#protocol/join.ts';
import { parseTraveller } from '#services/jobs/traveller.ts';
import type { Store } from '#store/api.ts';

type Meaning = Response<'scan.resolve'>;

export interface ScanParts {
  store: Pick<Store, 'batches' | 'units'>;
  hasJob: (id: string) => boolean;
  hasSite: (id: string) => boolean;
}

const DEVICE_ID = /^[0-9a-f]{64}$/i;
/** Six bytes (ESP32) to sixteen (RA): as many as the family has. */
const CHIP_UID = /^(?:[0-9a-f]{2}){6,16}$/i;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
/** Codes of the cloud: an invitation (protocol/join.ts) and frames of a courier transfer (docs/courier.md). */
const INVITATION = 'RLJ1;';
const COURIER_FRAME = 'RLQ1:';
/** Badges carry this prefix so that a scan of one is never shown or searched for. */
const BADGE = /^BADGE-/;

const unknown = (message: string): Meaning => ({ kind: 'unknown', message });

/** What any scan means. Never throws for a text that it does not know: it says so politely. */
export async function resolveScan(parts: ScanParts, scanned: string): Promise<Meaning> {
  const text = scanned.trim();
  if (BADGE.test(text)) return { kind: 'badge' };
  if (text.startsWith('RL1;')) return traveller(parts, scanned);
  if (text.startsWith(INVITATION)) return invitation(text);
  if (text.startsWith(COURIER_FRAME)) return { kind: 'courier-frame', text };
  if (DEVICE_ID.test(text)) return unit(parts, text.toLowerCase());
  // A scanner groups bytes as labels print them: 2D 41 9C 07 ...
  const joined = text.replace(/[ :]/g, '');
  if (CHIP_UID.test(joined) && !parts.hasJob(text)) return unit(parts, `uid:${joined.toLowerCase()}`);
  if (UUID.test(text)) return batch(parts, text.toLowerCase());
  if (parts.hasSite(text)) return { kind: 'site', site: text };
  if (parts.hasJob(text)) return { kind: 'job', jobId: text };
  return unknown(
    'This code means nothing to this station. Scan a traveller, a unit, a job, a site or a badge.',
  );
}

function traveller({ hasJob }: ScanParts, text: string): Meaning {
  const reading = parseTraveller(text);
  if (!reading.ok) return unknown(`This traveller cannot be used: ${reading.problem}. Ask for a new one.`);
  const { jobId, lot, quantity } = reading.traveller;
  if (!hasJob(jobId)) return unknown(`The traveller is for job ${jobId}, which is not on this station.`);
  return { kind: 'traveller', traveller: text.trim(), jobId, lot, quantity };
}

function invitation(text: string): Meaning {
  const found = parseJoinText(text);
  if (found === null) return unknown('This invitation of a cloud cannot be read. Ask for a new one.');
  return { kind: 'invitation', ...found };
}

async function unit({ store }: ScanParts, id: string): Promise<Meaning> {
  const found = await store.units.get(id);
  return found === null
    ? unknown('This station has not seen that unit.')
    : { kind: 'unit', unitId: found.unit.id };
}

async function batch({ store }: ScanParts, batchId: string): Promise<Meaning> {
  const found = await store.batches.get(batchId);
  return found === null ? unknown('This station has no such batch.') : { kind: 'batch', batchId };
}
