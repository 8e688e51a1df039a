/** What a traveller says: which job, which lot, how many parts. */
export interface Traveller {
  jobId: string;
  lot: string;
  quantity: number;
}
type TravellerField = 'traveller' | 'job' | 'lot' | 'quantity';
export type TravellerReading =
  { ok: true; traveller: Traveller } | { ok: false; field: TravellerField; problem: string };

const LONGEST = 120;
const JOB = /^J=([A-Z0-9-]{1,20})$/;
const LOT = /^L=([A-Za-z0-9._/-]{1,40})$/;
const QUANTITY = /^Q=([1-9][0-9]{0,6})$/;
const LARGEST_QUANTITY = 1_000_000;

/**
 * Reads a traveller as a scanner types it: `RL1;J=TH4;L=26-11-0417;Q=8` (docs/jobs.md). Never throws, and takes no
 * text but this one form: a scan of anything else must not open a batch.
 */
export function parseTraveller(text: string): TravellerReading {
  // Scanners end a scan with a line end or a tab; nothing else around the text is meant.
  const parts = text.replace(/[\r\n\t]+$/, '').split(';');
  if (text.length > LONGEST || parts[0] !== 'RL1' || parts.length !== 4)
    return { ok: false, field: 'traveller', problem: 'not a traveller of this station' };
  const [, job = '', lot = '', quantity = ''] = parts;
  const jobId = JOB.exec(job)?.[1];
  if (jobId === undefined) return { ok: false, field: 'job', problem: 'no job id' };
  const lotId = LOT.exec(lot)?.[1];
  if (lotId === undefined) return { ok: false, field: 'lot', problem: 'no lot number' };
  const count = Number(QUANTITY.exec(quantity)?.[1] ?? 0);
  if (count < 1 || count > LARGEST_QUANTITY)
    return { ok: false, field: 'quantity', problem: `not a quantity from 1 to ${LARGEST_QUANTITY}` };
  return { ok: true, traveller: { jobId, lot: lotId, quantity: count } };
}

/** The text that a traveller's code carries. */
export function formatTraveller({ jobId, lot, quantity }: Traveller): string {
  return `RL1;J=${jobId};L=${lot};Q=${quantity}`;
}
