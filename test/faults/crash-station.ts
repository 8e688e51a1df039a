import type { JournalRow } from '#store/api.ts';
import { openTestStation, type StationOptions } from '../integration/harness.ts';

/** What the parent asks of this station before it kills it. */
export interface CrashOrder {
  dataDir: string;
  bench: StationOptions['bench'];
  /** Where each site stops for ever: right after this entry is durable, or while the act of the phase runs. For `outcome`, `phase` is the outcome. */
  hold: Record<string, { phase: string; after: 'intent' | 'act' | 'evidence' | 'outcome' }>;
}

const order = JSON.parse(process.argv[2] ?? '{}') as CrashOrder;
const siteOf = new Map<string, string>();
const never = new Promise<never>(() => undefined);

/** Stops here when the order says so, and tells the parent. */
async function checkpoint(runId: string, phase: string, after: string): Promise<void> {
  const site = siteOf.get(runId) ?? '';
  const hold = order.hold[site];
  if (hold?.phase !== phase || hold.after !== after) return;
  process.send?.({ held: site });
  await never;
}

/** A station like any other, whose store answers nobody any more once a site has come to its place. */
const open = await openTestStation({
  dataDir: order.dataDir,
  bench: order.bench,
  hands: null,
  wrap: (deps) => ({
    ...deps,
    store: {
      ...deps.store,
      runs: {
        ...deps.store.runs,
        begin: async (run) => {
          siteOf.set(run.id, run.site);
          return deps.store.runs.begin(run);
        },
        intent: async (entry) => {
          const sequence: JournalRow['sequence'] = await deps.store.runs.intent(entry);
          await checkpoint(entry.runId, entry.phase, 'intent');
          return sequence;
        },
        evidence: async (entry) => {
          await checkpoint(entry.runId, entry.phase, 'act');
          const sequence = await deps.store.runs.evidence(entry);
          await checkpoint(entry.runId, entry.phase, 'evidence');
          if (entry.next !== undefined) await checkpoint(entry.runId, entry.next.phase, 'intent');
          return sequence;
        },
        finish: async (entry) => {
          const row = await deps.store.runs.finish(entry);
          await checkpoint(entry.runId, entry.outcome, 'outcome');
          return row;
        },
      },
    },
  }),
});
process.send?.({ ready: open.drivers.pid });
