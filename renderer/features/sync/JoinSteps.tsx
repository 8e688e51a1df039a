import { styled } from '@mui/material/styles';
import type { JoinStep, JoinWay } from './join-flow.ts';

const List = styled('ol')({
  listStyle: 'none',
  display: 'flex',
  gap: 10,
  margin: 0,
  padding: '14px 24px 0',
  flex: 'none',
});
const Item = styled('li')(({ theme }) => ({
  flex: 1,
  display: 'flex',
  alignItems: 'center',
  gap: 10,
  padding: '8px 2px 10px',
  color: theme.tokens.dim,
  borderBottom: `3px solid ${theme.tokens.line}`,
  '&[aria-current="step"]': {
    color: theme.tokens.text,
    fontWeight: 650,
    borderBottomColor: theme.tokens.tone.run.main,
  },
  '&[data-done="true"]': { borderBottomColor: theme.tokens.tone.pass.main },
}));
const Digit = styled('span')(({ theme }) => ({
  width: 28,
  height: 28,
  flex: 'none',
  display: 'grid',
  placeItems: 'center',
  borderRadius: '50%',
  fontSize: 14,
  border: `2px solid ${theme.tokens.edge}`,
  '[data-done="true"] > &': {
    borderColor: theme.tokens.tone.pass.main,
    background: theme.tokens.tone.pass.main,
    color: theme.tokens.tone.pass.ink,
  },
}));

const PLACE: Record<JoinStep, number> = { ask: 0, compare: 1, different: 1, membership: 2, joined: 3 };

/** Where the wizard is: three steps, whichever way. */
export function JoinSteps({ step, way }: { step: JoinStep; way: JoinWay }) {
  const words = [way === 'line' ? 'Address and code' : 'Invitation and code', 'Compare', 'Joined'];
  const here = PLACE[step];
  return (
    <List aria-label="Steps">
      {words.map((word, index) => (
        <Item key={word} data-done={index < here} aria-current={index === here ? 'step' : undefined}>
          <Digit role="img" aria-label={index < here ? `Step ${index + 1}, done` : `Step ${index + 1}`}>
            {index < here ? '✓' : index + 1}
          </Digit>
          {word}
        </Item>
      ))}
    </List>
  );
}
