import type { ScanMeaning } from '#client/views.ts';

/** Where a scan leads; null where it leads nowhere. */
export function meaningAddress(meaning: ScanMeaning, text: string): string | null {
  switch (meaning.kind) {
    case 'traveller':
      return `/batch/prepare/traveller/${encodeURIComponent(text)}`;
    case 'job':
      return `/batch/prepare/job/${encodeURIComponent(meaning.jobId)}`;
    case 'unit':
      return `/units/${encodeURIComponent(meaning.unitId)}`;
    case 'batch':
      return `/batch/${meaning.batchId}`;
    case 'site':
      return `/site/${meaning.site}`;
    case 'invitation':
      return '/sync/join';
    case 'courier-frame':
      return '/sync/courier/scan';
    case 'badge':
    case 'unknown':
      return null;
  }
}
