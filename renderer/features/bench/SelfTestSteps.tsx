import { styled } from '@mui/material/styles';
import { useSelfTests } from '#client/state/self-test.ts';
import type { SelfTest } from '#client/views.ts';
import type { Shape } from '#ui/outcome/outcome.ts';
import { OutcomeIcon } from '#ui/outcome/OutcomeIcon.tsx';
import { Dim, Spoken } from '#ui/pieces/text.tsx';
import type { Tone } from '#ui/theme/tokens.ts';
import { outcomeOf } from './self-test-outcome.ts';

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
type Step = SelfTest['steps'][number];
interface Look {
  shape: Shape;
  tone: Tone;
  word: string;
}
const LOOK: Record<Step['state'], Look> = {
  ok: { shape: 'circle', tone: 'pass', word: 'fine' },
  failed: { shape: 'octagon', tone: 'fail', word: 'failed' },
  skipped: { shape: 'dashed', tone: 'idle', word: 'skipped' },
  stopped: { shape: 'dashed', tone: 'unknown', word: 'stopped' },
};
const UNDER_WAY: Look = { shape: 'dashed', tone: 'run', word: 'under way' };
const WAITING: Look = { shape: 'dashed', tone: 'idle', word: 'not done yet' };

/** What a self-test goes through. */
const TITLES = ['Open port', 'Reset and mode', 'Socket', 'Identify'];
const NONE: readonly Step[] = [];

const nameOf = (result: SelfTest | null): string =>
  `Self-test ${result === null ? 'under way' : outcomeOf(result)}`;

/** Each step of a self-test with its result; `null` while it is under way: then those that are done so far. */
export function SelfTestSteps({ site, result }: { site: string; result: SelfTest | null }) {
  const soFar = useSelfTests(({ bySite }) => bySite.get(site) ?? NONE);
  const done = result?.steps ?? soFar;
  const toCome = result === null ? TITLES.slice(done.length) : [];
  return (
    <List aria-label={nameOf(result)} role="list">
      {done.map(({ title, state, detail }) => (
        <StepItem key={title} title={title} look={LOOK[state]} detail={detail} />
      ))}
      {toCome.map((title, index) => (
        <StepItem key={title} title={title} look={index === 0 ? UNDER_WAY : WAITING} detail="" />
      ))}
    </List>
  );
}

function StepItem({ title, look, detail }: { title: string; look: Look; detail: string }) {
  return (
    <Item>
      <OutcomeIcon shape={look.shape} tone={look.tone} size={20} />
      <span>
        <Name>{title}</Name> <Spoken>{look.word}</Spoken>
        <Detail>{detail}</Detail>
      </span>
    </Item>
  );
}
