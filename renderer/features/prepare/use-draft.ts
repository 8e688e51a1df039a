import { useCallback, useEffect, useState } from 'react';
import { call } from '#client/client.ts';
import { useAction } from '#client/use-action.ts';
import type { ScanMeaning } from '#client/views.ts';
import { emptyDraft, type Draft } from './draft.ts';

/** The form's state: begun by hand, from a job, or from a scanned traveller that fills in the rest. */
export function useDraft(kind: string | undefined, value: string) {
  const [draft, setDraft] = useState<Draft>(() =>
    kind === 'job' ? { ...emptyDraft, jobId: value } : emptyDraft,
  );
  const scanning = useAction();
  const { run } = scanning;
  const set = useCallback((change: Partial<Draft>) => setDraft((old) => ({ ...old, ...change })), []);
  const take = useCallback(
    (text: string, meaning: ScanMeaning) => {
      if (meaning.kind === 'traveller') {
        const quantity = meaning.quantity === null ? {} : { quantity: String(meaning.quantity) };
        set({
          traveller: meaning.traveller,
          jobId: meaning.jobId,
          lot: meaning.lot,
          confirmed: false,
          ...quantity,
        });
      } else if (meaning.kind === 'job') set({ jobId: meaning.jobId, confirmed: false });
      // A house may number its travellers in a way that the station does not know: the operator then picks the job.
      else set({ traveller: text });
    },
    [set],
  );
  const scan = useCallback(
    (text: string) => run(async () => take(text, await call('scan.resolve', { text }))),
    [run, take],
  );
  useEffect(() => {
    if (kind !== 'traveller' || value === '') return;
    call('scan.resolve', { text: value }).then(
      (meaning) => take(value, meaning),
      () => set({ traveller: value }),
    );
  }, [kind, value, take, set]);
  return { draft, set, scan, scanning };
}
