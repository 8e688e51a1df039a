import type { UnitDetail } from '#contract/units.ts';
import { Empty } from '#ui/pieces/states.tsx';
import { TimeLineList } from '#ui/pieces/TimeLineList.tsx';

type Entry = UnitDetail['timeline'][number];
const KINDS: Record<Entry['kind'], string> = {
  run: 'Run',
  phase: 'Phase',
  intent: 'Intent',
  evidence: 'Evidence',
  'read-back': 'Read back',
  outcome: 'Outcome',
};

/** Everything that was done to the unit, in the order of the journal. */
export function TimeLine({ entries }: { entries: readonly Entry[] }) {
  if (entries.length === 0) return <Empty title="Nothing in the journal yet" />;
  const rows = entries.map(({ sequence, kind, attempt, at, title, detail, state }) => ({
    ...{ key: sequence, kind: `${KINDS[kind]} · ${attempt}`, at, title, detail, state },
  }));
  return <TimeLineList rows={rows} />;
}
