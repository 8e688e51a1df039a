import { styled } from '@mui/material/styles';
import type { ReactNode } from 'react';
import type { OverviewView } from '#cloud/contract/views.ts';
import { count, percent } from '#ui/format.ts';
import { OutcomeIcon } from '#ui/outcome/OutcomeIcon.tsx';
import type { Shape } from '#ui/outcome/outcome.ts';
import { Panel } from '#ui/pieces/layout.tsx';
import { Caption } from '#ui/pieces/text.tsx';
import type { Tone } from '#ui/theme/tokens.ts';

const List = styled('dl')(({ theme }) => ({
  display: 'grid',
  gridTemplateColumns: '1fr 18px auto',
  alignItems: 'center',
  gap: '5px 10px',
  margin: '0 0 18px',
  fontSize: 14.5,
  '&:last-child': { margin: 0 },
  '& dd': { margin: 0, fontWeight: 650, textAlign: 'right' },
  '& dd[data-tone="fail"]': { color: theme.tokens.tone.fail.main },
  '& dd[data-tone="unknown"]': { color: theme.tokens.tone.unknown.main },
}));

type Fact = readonly [word: string, value: number | string, mark?: { shape: Shape; tone: Tone }];
const fail = { shape: 'octagon', tone: 'fail' } as const;
const look = { shape: 'warning', tone: 'unknown' } as const;

function Group({ title, facts }: { title: string; facts: readonly Fact[] }): ReactNode {
  return (
    <>
      <Caption>{title}</Caption>
      <List>
        {facts.map(([word, value, mark]) => {
          const marked = mark !== undefined && value !== 0 ? mark : null;
          return (
            <div key={word} style={{ display: 'contents' }}>
              <dt>{word}</dt>
              <dd aria-hidden="true" style={{ display: 'flex' }}>
                {marked ? <OutcomeIcon shape={marked.shape} tone={marked.tone} size={16} /> : null}
              </dd>
              <dd data-tone={marked?.tone}>{typeof value === 'number' ? count(value) : value}</dd>
            </div>
          );
        })}
      </List>
    </>
  );
}

/** The rest of the numbers; one that should be zero is marked when it is not. */
export function SidePanel({ overview }: { overview: OverviewView }) {
  const { units, records, onboarding, certificates } = overview;
  const judged = units.passed + units.failed;
  return (
    <Panel aria-label="Numbers">
      <Group
        title="Units"
        facts={[
          ['Yield', percent(judged === 0 ? null : units.passed / judged)],
          ['Passed', units.passed],
          ['Failed', units.failed],
          ['To be read back', units.unknown, look],
        ]}
      />
      <Group
        title="Records"
        facts={[
          ['Signature holds', records.verified],
          ['To be checked', records.waiting],
          ['Signature does not hold', records.refused, fail],
        ]}
      />
      <Group
        title="Onboarding"
        facts={[
          ['Registered', onboarding.registered],
          ['Waiting', onboarding.waiting],
          ['Given up', onboarding.dead, fail],
        ]}
      />
      <Group
        title="Certificates"
        facts={[
          ['Active', certificates.active],
          ['Revoked', certificates.revoked],
        ]}
      />
    </Panel>
  );
}
