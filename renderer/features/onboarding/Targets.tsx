import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { useState } from 'react';
import { useIsLab } from '#client/state/session.ts';
import { useEvery } from '#client/use-paced.ts';
import { useQuery } from '#client/use-query.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Scroll, Spring } from '#ui/pieces/layout.tsx';
import { Empty, Loading } from '#ui/pieces/states.tsx';
import { Dim } from '#ui/pieces/text.tsx';
import { SyncPage } from '../sync/SyncPage.tsx';
import { AddTarget } from './AddTarget.tsx';
import { TargetCard } from './TargetCard.tsx';

const Page = styled(Scroll)({
  flex: 1,
  padding: '12px 24px 16px',
  display: 'flex',
  flexDirection: 'column',
  gap: 14,
});
/** Counts grow while devices are made, and no event tells of them. */
const LOOK_EVERY_MS = 4000;

/** Brokers that devices of this station are made known to. */
export function Targets() {
  const { data, error, reload } = useQuery('onboarding.targets', {});
  const [adding, setAdding] = useState(false);
  const lab = useIsLab();
  useEvery(LOOK_EVERY_MS, reload);
  return (
    <SyncPage
      title="Targets"
      footer={
        <>
          <Dim>A device that was made here connects only where it is known.</Dim>
          <Spring />
          {lab ? (
            <Button variant="contained" disabled={!data} onClick={() => setAdding(true)}>
              Add a broker
            </Button>
          ) : null}
        </>
      }
    >
      <Page tabIndex={0} role="region" aria-label="Targets">
        {error ? <ErrorPanel error={error} onRetry={reload} /> : null}
        {!data && !error ? <Loading what="Loading targets" /> : null}
        {data?.targets.length === 0 ? (
          <Empty title="No target on this station">
            Add a Mosquitto broker, and each device that is made here is known there within seconds. Where the
            cloud does that, nothing is needed here.
          </Empty>
        ) : null}
        {data?.targets.map((target) => (
          <TargetCard key={target.id} target={target} onChanged={reload} />
        ))}
        {adding ? <AddTarget onClose={() => setAdding(false)} onAdded={reload} /> : null}
      </Page>
    </SyncPage>
  );
}
