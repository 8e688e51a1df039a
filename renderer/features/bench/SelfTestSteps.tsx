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
const Name = styled('span')({ fontWeight: 600 });
const Detail = styled(Dim)({ display: 'block', overflowWrap: 'anywhere' });
const LOOK: Record<SelfTest['steps'][number]['state'], { shape: Shape; tone: Tone; word: string }> = {
  ok: { shape: 'circle', tone: 'pass', word: 'fine' },
  failed: { shape: 'octagon', tone: 'fail', word: 'failed' },
  skipped: { shape: 'dashed', tone: 'idle', word: 'skipped' },
};

/** What a self-test goes through; it answers for all of them together. */
const TITLES = ['Open port', 'Reset and mode', 'Socket', 'Identify'];
const WAITING = { shape: 'dashed', tone: 'run', word: 'not done yet' } as const;

/** Each step of a self-test with its result; `null` while it is under way. */
export function SelfTestSteps({ result }: { result: SelfTest | null }) {
  const steps = result?.steps ?? TITLES.map((title) => ({ title, state: null, detail: '' }));
  const name = result === null ? 'Self-test under way' : result.ok ? 'Self-test passed' : 'Self-test failed';
  return (
    <List aria-label={name} role="list">
      {steps.map((step) => {
        const look = step.state === null ? WAITING : LOOK[step.state];
        return (
          <Item key={step.title}>
            <OutcomeIcon shape={look.shape} tone={look.tone} size={20} />
            <span>
              <Name>{step.title}</Name> <Spoken>{look.word}</Spoken>
              <Detail>{step.detail}</Detail>
            </span>
          </Item>
        );
      })}
    </List>
  );
}
