import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { useState } from 'react';
import { call } from '#client/client.ts';
import { useIsLab } from '#client/state/session.ts';
import { useAction } from '#client/use-action.ts';
import type { BenchSite, SelfTest } from '#client/views.ts';
import { ConfirmDialog } from '#ui/pieces/ConfirmDialog.tsx';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Panel, Row, Spring } from '#ui/pieces/layout.tsx';
import { StatusChip } from '#ui/pieces/StatusChip.tsx';
import { Mono } from '#ui/pieces/text.tsx';
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
  onChanged: () => void;
}

/** One site: what it is wired to, whether it answers, and its self-test. */
export function BenchSiteCard({ site, target, onChanged }: Props) {
  const [result, setResult] = useState<SelfTest | null>(null);
  const [asking, setAsking] = useState(false);
  const action = useAction();
  const lab = useIsLab();
  const at = { site: site.id };
  const test = () =>
    action.run(async () => {
      setResult(null);
      setResult(await call('bench.selfTest', at));
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
        <StatusChip tone={site.online ? 'pass' : 'fail'}>{site.online ? 'Online' : 'Offline'}</StatusChip>
      </Row>
      <Facts>
        <dt>Programmer</dt>
        <dd>{site.programmer}</dd>
        <dt>Target</dt>
        <dd>{target}</dd>
        <dt>Port</dt>
        <dd>
          <Mono>{site.port}</Mono>
        </dd>
        <dt>Reset and mode</dt>
        <dd>{site.control}</dd>
      </Facts>
      {site.error ? <ErrorPanel error={site.error} details={lab} /> : null}
      {lab ? (
        <Row sx={{ mt: 2 }}>
          <Button disabled={action.busy} onClick={test}>
            {action.busy ? 'Testing' : 'Self-test'}
          </Button>
          {site.virtual ? null : (
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
