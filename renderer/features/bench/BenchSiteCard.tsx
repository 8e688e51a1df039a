import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { call } from '#client/client.ts';
import { useIsLab } from '#client/state/session.ts';
import { useAction } from '#client/use-action.ts';
import type { BenchSite, SelfTest } from '#client/views.ts';
import { ConfirmDialog } from '#ui/pieces/ConfirmDialog.tsx';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Panel, Row, Spring } from '#ui/pieces/layout.tsx';
import { StatusChip } from '#ui/pieces/StatusChip.tsx';
import { Mono } from '#ui/pieces/text.tsx';
import { MovedCable } from './MovedCable.tsx';
import { SelfTestSteps } from './SelfTestSteps.tsx';

const Name = styled('h2')({ margin: 0, fontSize: 20, fontWeight: 750 });
const Facts = styled('dl')(({ theme }) => ({
  display: 'grid',
  gridTemplateColumns: 'max-content minmax(0, 1fr)',
  gap: '4px 14px',
  margin: '12px 0',
  fontSize: 14,
  '& dt': { color: theme.tokens.dim },
  '& dd': { margin: 0 },
}));

interface Props {
  site: BenchSite;
  target: string;
  /** Of a test of all sites. */
  tested: SelfTest | null;
  testing: boolean;
  onChanged: () => void;
}

/** One site: what it is wired to, whether it answers, and its self-test. */
export function BenchSiteCard({ site, target, tested, testing, onChanged }: Props) {
  const [own, setOwn] = useState<SelfTest | null>(null);
  const result = own ?? tested;
  const [, go] = useLocation();
  const [asking, setAsking] = useState(false);
  const action = useAction();
  const lab = useIsLab();
  const at = { site: site.id };
  const test = () =>
    action.run(async () => {
      setOwn(null);
      setOwn(await call('bench.selfTest', at));
    });
  const follow = () =>
    action.run(async () => {
      await call('bench.follow', at);
      onChanged();
    });
  const detach = () =>
    action.run(async () => {
      await call('bench.detach', at);
      onChanged();
    });
  return (
    <Panel role="group" aria-label={`Bench site ${site.id}`}>
      <Row>
        <Name>{site.id}</Name>
        <Spring />
        {site.virtual ? <StatusChip>Virtual</StatusChip> : null}
        {site.lab ? <StatusChip tone="unknown">In the lab</StatusChip> : null}
        <StatusChip tone={site.online ? 'pass' : 'fail'}>{site.online ? 'Online' : 'Offline'}</StatusChip>
      </Row>
      <Facts>
        <dt>Programmer</dt>
        <dd>{site.programmer}</dd>
        <dt>Target</dt>
        <dd>{target}</dd>
        <dt>Port</dt>
        <dd>
          <Mono>{site.port === '' ? 'None' : site.port}</Mono>
        </dd>
        {site.location === null ? null : (
          <>
            <dt>Place on the bus</dt>
            <dd>
              <Mono>{site.location}</Mono>
            </dd>
          </>
        )}
        <dt>Reset and mode</dt>
        <dd>{site.control}</dd>
      </Facts>
      {site.moved ? <MovedCable moved={site.moved} /> : null}
      {site.error ? <ErrorPanel error={site.error} details={lab} /> : null}
      {lab ? (
        <Row sx={{ mt: 2, flexWrap: 'wrap' }}>
          {site.moved ? (
            <Button variant="contained" disabled={action.busy} onClick={follow}>
              Follow the cable
            </Button>
          ) : null}
          <Button disabled={action.busy || testing || site.lab || site.port === ''} onClick={test}>
            {action.busy || testing ? 'Testing' : 'Self-test'}
          </Button>
          <Button disabled={site.port === ''} onClick={() => go(`/bench/lab/${site.id}`)}>
            Lab
          </Button>
          <Spring />
          {site.virtual || site.port === '' ? null : (
            <Button color="error" disabled={action.busy} onClick={() => setAsking(true)}>
              Detach
            </Button>
          )}
        </Row>
      ) : null}
      {action.error ? <ErrorPanel error={action.error} details={lab} /> : null}
      {result ? <SelfTestSteps result={result} /> : null}
      <ConfirmDialog
        open={asking}
        danger
        title={`Detach the board from ${site.id}?`}
        confirm="Detach"
        onClose={() => setAsking(false)}
        onConfirm={detach}
      >
        The site goes; units made on it keep their records.
      </ConfirmDialog>
    </Panel>
  );
}
