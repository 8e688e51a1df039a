import { styled } from '@mui/material/styles';
import { ATTACH_STEPS, type AttachStep } from './attach-draft.ts';

const List = styled('ol')({
  listStyle: 'none',
  display: 'flex',
  gap: 8,
  margin: 0,
  padding: '0 24px 8px',
  flex: 'none',
});
const Item = styled('li')(({ theme }) => ({
  flex: 1,
  padding: '6px 2px 8px',
  fontSize: 14,
  color: theme.tokens.dim,
  whiteSpace: 'nowrap',
  borderBottom: `3px solid ${theme.tokens.line}`,
  '&[aria-current="step"]': {
    color: theme.tokens.text,
    fontWeight: 650,
    borderBottomColor: theme.tokens.tone.run.main,
  },
  '&[data-done="true"]': { borderBottomColor: theme.tokens.tone.pass.main },
}));
const WORDS: Record<AttachStep, string> = {
  site: 'Site',
  port: 'Port',
  target: 'Chip',
  wiring: 'Reset and mode',
  test: 'Self-test',
};

/** Where the dialog is. */
export function AttachSteps({ step }: { step: AttachStep }) {
  const here = ATTACH_STEPS.indexOf(step);
  return (
    <List aria-label="Steps">
      {ATTACH_STEPS.map((name, index) => (
        <Item key={name} data-done={index < here} aria-current={index === here ? 'step' : undefined}>
          {index < here ? '✓' : index + 1} {WORDS[name]}
        </Item>
      ))}
    </List>
  );
}
