import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { useLocation } from 'wouter';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { PageFrame } from '#ui/pieces/PageFrame.tsx';
import { Scroll, Spring } from '#ui/pieces/layout.tsx';
import { Empty, Loading } from '#ui/pieces/states.tsx';
import { Dim, Title } from '#ui/pieces/text.tsx';
import { useMay } from '#cloud/console/client/session.ts';
import { useQuery } from '#cloud/console/client/use-query.ts';
import { TargetCard } from './TargetCard.tsx';

const Body = styled(Scroll)({ flex: 1, padding: 24, display: 'flex', flexDirection: 'column', gap: 16 });

/** Where devices are made known: each target with its health and what waits. */
export function TargetsScreen() {
  const { data, error, reload } = useQuery('targets', {}, 2000);
  const mayAdd = useMay('admin');
  const [, go] = useLocation();
  const targets = data?.targets ?? [];
  return (
    <PageFrame
      footer={
        <>
          <Dim>Devices are made known here as their certificates arrive.</Dim>
          <Spring />
          {mayAdd ? (
            <Button variant="contained" onClick={() => go('/onboarding/new')}>
              New target
            </Button>
          ) : null}
        </>
      }
    >
      <Body tabIndex={0} role="region" aria-label="Targets">
        <Title>Onboarding</Title>
        {error ? <ErrorPanel error={error} onRetry={reload} /> : null}
        {!data && !error ? <Loading what="Loading targets" /> : null}
        {data && targets.length === 0 ? (
          <Empty title="No target yet">
            A target is a broker that has to know each device before it connects.
          </Empty>
        ) : null}
        {targets.map((target) => (
          <TargetCard key={target.id} target={target} onOpen={() => go(`/onboarding/${target.id}`)} />
        ))}
      </Body>
    </PageFrame>
  );
}
