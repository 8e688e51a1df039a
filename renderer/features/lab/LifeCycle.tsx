import LockIcon from '@mui/icons-material/LockOutlined';
import { styled } from '@mui/material/styles';
import type { LabView } from '#contract/lab.ts';
import { Dim, Spoken } from '#ui/pieces/text.tsx';
import { lifeSteps } from './target-words.ts';

const Way = styled('ol')({
  display: 'flex',
  flexWrap: 'wrap',
  alignItems: 'center',
  gap: '6px 4px',
  listStyle: 'none',
  margin: 0,
  padding: 0,
});
// Where the part is: filled and bold; what is behind it has a tick, what is ahead a dashed frame.
const State = styled('li')(({ theme }) => ({
  display: 'inline-flex',
  alignItems: 'center',
  gap: 4,
  minHeight: 28,
  padding: '0 9px',
  borderRadius: 8,
  border: `1px dashed ${theme.tokens.edge}`,
  color: theme.tokens.dim,
  fontSize: 12.5,
  '& svg': { fontSize: 14 },
  '&[data-at="behind"]': { borderStyle: 'solid', borderColor: theme.tokens.line },
  '&[data-at="here"]': {
    border: 0,
    fontWeight: 750,
    color: theme.tokens.tone.run.ink,
    background: theme.tokens.tone.run.main,
  },
}));
const AT_WORDS = { behind: 'was passed', here: 'is here', ahead: 'is ahead' } as const;

interface Props {
  target: string;
  lifecycle: NonNullable<LabView['identity']>['lifecycle'];
}

/** The way of the part through its states, and where it is; a lock stands on those that it never leaves. */
export function LifeCycle({ target, lifecycle }: Props) {
  const { dlm, protection, authentication } = lifecycle;
  const beside = [protection, authentication].filter((word) => word !== null);
  return (
    <Way aria-label="Life cycle">
      {lifeSteps(target, dlm).map(({ state, at, final }) => (
        <State key={state} data-at={at} aria-current={at === 'here' ? 'step' : undefined}>
          {at === 'behind' ? <span aria-hidden="true">✓</span> : null}
          {state}
          {final ? <LockIcon aria-hidden="true" /> : null}
          <Spoken>
            {AT_WORDS[at]}
            {final ? ', for ever' : ''}
          </Spoken>
        </State>
      ))}
      {beside.length === 0 ? null : (
        <li>
          <Dim> · {beside.join(' · ')}</Dim>
        </li>
      )}
    </Way>
  );
}
