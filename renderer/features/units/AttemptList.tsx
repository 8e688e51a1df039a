import type { UnitDetail } from '#contract/units.ts';
import { useIsLab } from '#client/state/session.ts';
import { dateTime, duration } from '#ui/format.ts';
import { unitWord } from '#ui/outcome/outcome.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Panel, Stack } from '#ui/pieces/layout.tsx';
import { Caption } from '#ui/pieces/text.tsx';
import { PhaseTable } from '../running/PhaseTable.tsx';

/** Each attempt with its phases, the latest first. */
export function AttemptList({ attempts }: { attempts: UnitDetail['attempts'] }) {
  const lab = useIsLab();
  return (
    <Stack>
      {attempts
        .toSorted((a, b) => b.attempt - a.attempt)
        .map((attempt) => (
          <Panel key={attempt.runId} aria-label={`Attempt ${attempt.attempt}`}>
            <Caption>
              Attempt {attempt.attempt} · {unitWord(attempt.outcome)} · site {attempt.site} ·{' '}
              {dateTime(attempt.startedAt)} · {duration(attempt.seconds)}
            </Caption>
            {attempt.error ? <ErrorPanel error={attempt.error} details={lab} /> : null}
            <PhaseTable phases={attempt.phases} />
          </Panel>
        ))}
    </Stack>
  );
}
