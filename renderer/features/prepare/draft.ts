import type { JobView } from '#contract/jobs.ts';
import type { Request } from '#contract/contract.ts';
import type { Query } from '#client/use-query.ts';
import type { Preflight } from '#client/views.ts';

/** What the operator has filled in so far; nothing of it exists in the station yet. */
export interface Draft {
  traveller: string;
  jobId: string | null;
  lot: string;
  /** As typed. */
  quantity: string;
  confirmed: boolean;
}

export const emptyDraft: Draft = { traveller: '', jobId: null, lot: '', quantity: '', confirmed: false };

/** The quantity as a number of units, or null for what is none. */
export function quantityOf(draft: Draft): number | null {
  const value = Number(draft.quantity);
  return /^[0-9]+$/.test(draft.quantity) && value >= 1 && value <= 1_000_000 ? value : null;
}

/** What pre-flight is asked, once there is enough to ask. */
export function preflightRequest(draft: Draft, job: JobView | null): Request<'batches.preflight'> | null {
  const quantity = quantityOf(draft);
  if (!job || quantity === null || draft.traveller === '') return null;
  return { jobId: job.id, traveller: draft.traveller, quantity };
}

/** The first thing that still stands between the operator and "Start batch", or null. */
export function missingOf(
  draft: Draft,
  job: JobView | null,
  preflight: Query<Preflight>,
  batchOpen: boolean,
): string | null {
  if (batchOpen) return 'Close the open batch first';
  if (draft.traveller === '') return 'Scan or type the traveller';
  if (!job) return 'Pick the job';
  if (draft.lot.trim() === '') return 'Enter the lot';
  if (quantityOf(draft) === null) return 'Enter the quantity';
  if (!draft.confirmed) return 'Compare and confirm the checksum';
  if (preflight.loading || !preflight.data)
    return preflight.error ? 'Pre-flight failed' : 'Pre-flight is running';
  return preflight.data.ok ? null : 'Pre-flight is not green';
}
