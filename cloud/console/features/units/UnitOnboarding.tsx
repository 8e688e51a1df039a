import { styled } from '@mui/material/styles';
import type { UnitDetail } from '#cloud/contract/views.ts';
import { dateTime } from '#ui/format.ts';
import { Panel } from '#ui/pieces/layout.tsx';
import { Empty } from '#ui/pieces/states.tsx';
import { Dim } from '#ui/pieces/text.tsx';
import { StateWord } from '#cloud/console/pieces/StateWord.tsx';
import { itemLook } from '#cloud/console/pieces/words.ts';
import { TextLink } from '#cloud/console/pieces/TextLink.tsx';

const Line = styled('div')({
  display: 'grid',
  gridTemplateColumns: '150px minmax(140px, 240px) minmax(0, 1fr) 156px',
  gap: 16,
  alignItems: 'center',
  minHeight: 44,
});

/** Where the device is known, and where not yet. */
export function UnitOnboarding({ rows }: { rows: UnitDetail['onboarding'] }) {
  if (rows.length === 0)
    return <Empty title="At no target">No onboarding target takes units of this job.</Empty>;
  return (
    <Panel aria-label="Onboarding">
      {rows.map((row) => (
        <Line key={row.targetId}>
          <StateWord look={itemLook[row.state]} />
          <TextLink href={`/onboarding/${row.targetId}`}>{row.target}</TextLink>
          <span>{row.reason ?? ''}</span>
          <Dim>{dateTime(row.at)}</Dim>
        </Line>
      ))}
    </Panel>
  );
}
