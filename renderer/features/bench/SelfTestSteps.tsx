import { styled } from '@mui/material/styles';
import type { SelfTest } from '#client/views.ts';
import type { Shape } from '#ui/outcome/outcome.ts';
import { OutcomeIcon } from '#ui/outcome/OutcomeIcon.tsx';
import { Dim, Spoken } from '#ui/pieces/text.tsx';
import type { Tone } from '#ui/theme/tokens.ts';

const List = styled('ol')({ listStyle: 'none', margin: '14px 0 0', padding: 0 });
const Item = styled('li')({
  display: 'flex',
  gap: 10,
  padding: '5px 0',
  fontSize: 14,
  '& svg': { flex: 'none' },
});
const LOOK: Record<SelfTest['steps'][number]['state'], { shape: Shape; tone: Tone; word: string }> = {
  ok: { shape: 'circle', tone: 'pass', word: 'fine' },
  failed: { shape: 'octagon', tone: 'fail', word: 'failed' },
  skipped: { shape: 'dashed', tone: 'idle', word: 'skipped' },
};

/** Each step of a self-test with its result. */
export function SelfTestSteps({ result }: { result: SelfTest }) {
  return (
    <List aria-label={result.ok ? 'Self-test passed' : 'Self-test failed'} role="list">
      {result.steps.map((step) => {
        const look = LOOK[step.state];
        return (
          <Item key={step.title}>
            <OutcomeIcon shape={look.shape} tone={look.tone} size={20} />
            <span>
              {step.title} <Spoken>{look.word}</Spoken>
              <Dim>{step.detail}</Dim>
            </span>
          </Item>
        );
      })}
    </List>
  );
}
