import { styled } from '@mui/material/styles';
import Button from '@mui/material/Button';
import { useLocation } from 'wouter';
import { useIsLab } from '#client/state/session.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { PageFrame } from '#ui/pieces/PageFrame.tsx';
import { Scroll, Spring } from '#ui/pieces/layout.tsx';
import { Empty } from '#ui/pieces/states.tsx';
import { Title } from '#ui/pieces/text.tsx';
import { useInvitation } from './invitation.ts';
import { JoinAsk } from './JoinAsk.tsx';
import { JoinCompare } from './JoinCompare.tsx';
import { JoinDifferent } from './JoinDifferent.tsx';
import { JoinDone } from './JoinDone.tsx';
import { JoinFooter } from './JoinFooter.tsx';
import { JoinMembership } from './JoinMembership.tsx';
import { JoinSteps } from './JoinSteps.tsx';
import { beginJoin, useJoinFlow, type JoinWay } from './join-flow.ts';
import { joinView } from './join-words.ts';
import { useJoinActs } from './use-join-acts.ts';
import { useSync } from './use-sync.ts';

const Head = styled('div')({ flex: 'none', padding: '16px 24px 0' });
const Body = styled(Scroll)({
  flex: 1,
  padding: '20px 24px',
  display: 'flex',
  flexDirection: 'column',
  gap: 18,
});

const Narrow = styled('div')({ maxWidth: 720 });

function Wizard({ way }: { way: JoinWay }) {
  const scanned = useInvitation((s) => s.scanned);
  const [flow, change] = useJoinFlow(beginJoin(way, scanned));
  const acts = useJoinActs(flow, change);
  const { view } = useSync();
  const joined = view !== null && view.cloud !== null;
  if (flow.step === 'ask' && joined) return <Already name={view.cloud?.name ?? ''} />;
  // A membership file may also come in by the watched folder while this screen waits for it.
  const shown = flow.step === 'membership' && joined ? { ...flow, step: 'joined' as const } : flow;
  return (
    <PageFrame footer={<JoinFooter flow={shown} acts={acts} />}>
      <Head>
        <Title>Join a cloud</Title>
      </Head>
      <JoinSteps step={shown.step} way={shown.way} />
      <Body tabIndex={0} role="region" aria-label="Join a cloud">
        {acts.error ? (
          <Narrow>
            <ErrorPanel error={joinView(acts.error, shown.step === 'ask')} details />
          </Narrow>
        ) : null}
        {shown.step === 'ask' ? <JoinAsk flow={shown} onChange={change} onNext={acts.look} /> : null}
        {shown.step === 'compare' ? <JoinCompare flow={shown} /> : null}
        {shown.step === 'different' ? <JoinDifferent flow={shown} /> : null}
        {shown.step === 'membership' ? <JoinMembership flow={shown} onChange={change} /> : null}
        {shown.step === 'joined' && view ? <JoinDone view={view} /> : null}
      </Body>
    </PageFrame>
  );
}

function Already({ name }: { name: string }) {
  const [, go] = useLocation();
  return (
    <PageFrame
      footer={
        <>
          <Spring />
          <Button variant="contained" onClick={() => go('/sync')}>
            To the line
          </Button>
        </>
      }
    >
      <Empty title={`This station belongs to ${name} already`}>One station belongs to one cloud.</Empty>
    </PageFrame>
  );
}

/** Address and code, fingerprints compared, joined. A scanned QR code begins it anew. */
export function JoinCloud({ way }: { way: JoinWay }) {
  const lab = useIsLab();
  const scanned = useInvitation((s) => s.scanned);
  if (!lab)
    return (
      <Empty title="Your role does not join clouds">
        An engineer or the security officer signs in here and scans the code again.
      </Empty>
    );
  return <Wizard key={scanned?.code ?? 'typed'} way={way} />;
}
