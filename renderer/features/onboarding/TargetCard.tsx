import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { OnboardingTargetView } from '#contract/sync.ts';
import { call } from '#client/client.ts';
import { useIsLab } from '#client/state/session.ts';
import { useAction } from '#client/use-action.ts';
import { useWallClock } from '#ui/clock.ts';
import { count } from '#ui/format.ts';
import { OutcomeIcon } from '#ui/outcome/OutcomeIcon.tsx';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Panel, Row, Spring } from '#ui/pieces/layout.tsx';
import { Dim } from '#ui/pieces/text.tsx';
import { agoText } from '../sync/line-words.ts';
import { RegisterAgain } from './RegisterAgain.tsx';
import { RemoveTarget } from './RemoveTarget.tsx';
import { MODE_WORDS, targetLook } from './target-words.ts';

const Name = styled('h2')({ margin: 0, fontSize: 18, fontWeight: 700 });
const Counts = styled('dl')(({ theme }) => ({
  display: 'flex',
  gap: 36,
  margin: '14px 0',
  '& dt': { fontSize: 13, color: theme.tokens.dim },
  '& dd': { margin: 0, fontSize: 22, fontWeight: 700 },
  '& dd[data-bad="true"]': { color: theme.tokens.tone.fail.main },
}));
const COUNTS = [
  ['registered', 'Registered'],
  ['waiting', 'Waiting'],
  ['retry', 'Trying again'],
  ['dead', 'Given up'],
  ['revoked', 'Revoked'],
] as const;

function Buttons({ target, onChanged }: { target: OnboardingTargetView; onChanged: () => void }) {
  const action = useAction();
  const [asking, setAsking] = useState<'again' | 'remove' | null>(null);
  const close = () => setAsking(null);
  const act = (work: () => Promise<unknown>) => () =>
    action.run(async () => {
      try {
        await work();
      } finally {
        onChanged();
      }
    });
  const { id, paused } = target;
  return (
    <>
      {action.error ? <ErrorPanel error={action.error} details /> : null}
      <Row sx={{ mt: action.error ? 3 : 0 }}>
        <Button disabled={action.busy} onClick={act(() => call('onboarding.check', { id }))}>
          Check
        </Button>
        <Button disabled={action.busy} onClick={act(() => call('onboarding.pause', { id, paused: !paused }))}>
          {paused ? 'Go on' : 'Pause'}
        </Button>
        <Button disabled={action.busy} onClick={() => setAsking('again')}>
          Register all again
        </Button>
        <Spring />
        <Button color="error" onClick={() => setAsking('remove')}>
          Remove
        </Button>
      </Row>
      {asking === 'again' ? <RegisterAgain target={target} onClose={close} onDone={onChanged} /> : null}
      {asking === 'remove' ? <RemoveTarget target={target} onClose={close} onRemoved={onChanged} /> : null}
    </>
  );
}

/** One broker that devices are made known to: how it is, how many, and what stands out. */
export function TargetCard({ target, onChanged }: { target: OnboardingTargetView; onChanged: () => void }) {
  const now = useWallClock();
  const lab = useIsLab();
  const [, go] = useLocation();
  const look = targetLook(target);
  const { health, counts } = target;
  return (
    <Panel aria-label={`Target ${target.name}`}>
      <Row>
        <OutcomeIcon shape={look.shape} tone={look.tone} size={32} />
        <div>
          <Name>{target.name}</Name>
          <Dim>
            {target.url} · {MODE_WORDS[target.mode]}
          </Dim>
        </div>
        <Spring />
        <div style={{ textAlign: 'right' }}>
          <b>{look.word}</b>
          <br />
          <Dim className="num">{health === null ? '' : `${health.text} · ${agoText(health.at, now)}`}</Dim>
        </div>
      </Row>
      <Row>
        <Counts className="num">
          {COUNTS.map(([key, word]) => (
            <div key={key}>
              <dt>{word}</dt>
              <dd data-bad={key === 'dead' && counts.dead > 0}>{count(counts[key])}</dd>
            </div>
          ))}
        </Counts>
        <Spring />
        {counts.dead > 0 ? (
          <Button onClick={() => go(`/sync/targets/${target.id}`)}>
            Look at {count(counts.dead)} given up
          </Button>
        ) : null}
      </Row>
      {lab ? <Buttons target={target} onChanged={onChanged} /> : null}
    </Panel>
  );
}
