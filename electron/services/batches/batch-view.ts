import type { BatchView } from '#contract/batches.ts';
import type { JobView } from '#contract/jobs.ts';
import { failureLabel } from '#services/engine/failures.ts';
import type { BatchRow, BatchTotals } from '#store/api.ts';

const HOUR_S = 3600;
const PARETO_ROWS = 8;

interface ViewParts {
  row: BatchRow;
  /** Name and id. */
  openedBy: string;
  totals: BatchTotals;
  job: JobView;
  titleOf: (phase: string) => string;
  /** Share of what the wire could have carried, percent, as last measured; null when nothing was. */
  wireShare: (phase: string) => number | null;
  now: number;
}

/** A batch as screens show it: everything derived, nothing decided. */
export function batchView({ row, openedBy, totals, job, titleOf, wireShare, now }: ViewParts): BatchView {
  const { made, failed, unknown, running, attempts, debited } = totals;
  const decided = made + failed;
  const perHour = unitsPerHour(row, totals, now);
  const left = Math.max(0, row.quantity - made);
  const end =
    row.state === 'open' && perHour !== null && left > 0 ? now + (left / perHour) * HOUR_S * 1000 : null;
  const { id, traveller, lot, quantity, state, openedAt, closedAt, exportFolder } = row;
  return {
    ...{ id, job, traveller, lot, quantity, state, openedBy, openedAt, closedAt, exportFolder },
    counts: { made, failed, unknown, running, attempts, debited },
    yield: decided === 0 ? null : made / decided,
    unitsPerHour: perHour,
    secondsPerUnit: totals.secondsPerUnit,
    readyAt: end === null ? null : new Date(end).toISOString(),
    pareto: paretoOf(totals),
    slowest: slowest(totals, titleOf, wireShare),
  };
}

/** From the first start to now, or to the last end of a batch that is closed. Null before the first unit. */
function unitsPerHour(row: BatchRow, totals: BatchTotals, now: number): number | null {
  if (totals.firstStartedAt === null || totals.made === 0) return null;
  const last = row.state === 'open' ? now : Date.parse(totals.lastEndedAt ?? totals.firstStartedAt);
  const hours = (last - Date.parse(totals.firstStartedAt)) / 1000 / HOUR_S;
  return hours > 0 ? totals.made / hours : null;
}

/** One row per code and label: runs differ in the value measured, not in why they failed. */
export function paretoOf(totals: BatchTotals): BatchView['pareto'] {
  const rows = new Map<string, BatchView['pareto'][number]>();
  for (const { code, label, count } of totals.pareto) {
    const shown = code === 'limit' ? label : failureLabel(code);
    const key = `${code} ${shown}`;
    rows.set(key, { code, label: shown, count: count + (rows.get(key)?.count ?? 0) });
  }
  return [...rows.values()].sort((a, b) => b.count - a.count).slice(0, PARETO_ROWS);
}

function slowest(
  totals: BatchTotals,
  titleOf: ViewParts['titleOf'],
  wireShare: ViewParts['wireShare'],
): BatchView['slowest'] {
  const [first] = totals.phases;
  const all = totals.phases.reduce((sum, phase) => sum + phase.seconds, 0);
  if (first === undefined || all <= 0) return null;
  const share = wireShare(first.phase);
  return {
    phase: titleOf(first.phase),
    share: first.seconds / all,
    wireShare: share === null ? null : Math.min(1, share / 100),
  };
}
