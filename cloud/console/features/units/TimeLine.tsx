import type { UnitDetail } from '#cloud/contract/views.ts';
import { Empty } from '#ui/pieces/states.tsx';
import { TimeLineList } from '#ui/pieces/TimeLineList.tsx';

type Entry = UnitDetail['timeline'][number];
const KINDS: Record<Entry['kind'], string> = {
  attempt: 'Attempt',
  certificate: 'Certificate',
  record: 'Record',
  onboarding: 'Onboarding',
  revocation: 'Revocation',
  event: 'Event',
};

/** Everything that is known of the unit, in the order of time. */
export function TimeLine({ entries }: { entries: readonly Entry[] }) {
  if (entries.length === 0) return <Empty title="Nothing was handed over yet" />;
  const rows = entries.map(({ kind, at, title, detail, state }, index) => ({
    ...{ key: `${at} ${index}`, kind: KINDS[kind], at, title, detail, state },
  }));
  return <TimeLineList rows={rows} />;
}
