import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { useLocation } from 'wouter';
import { call } from '#client/client.ts';
import { useIsLab } from '#client/state/session.ts';
import { useAction } from '#client/use-action.ts';
import { useQuery } from '#client/use-query.ts';
import { useWallClock } from '#ui/clock.ts';
import { count } from '#ui/format.ts';
import { CopyText } from '#ui/pieces/CopyText.tsx';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Scroll, Spring } from '#ui/pieces/layout.tsx';
import { Empty, Loading } from '#ui/pieces/states.tsx';
import { Dim } from '#ui/pieces/text.tsx';
import { agoText } from '../sync/line-words.ts';
import { SyncPage } from '../sync/SyncPage.tsx';
import { useDeadPages } from './use-dead-pages.ts';

const Page = styled(Scroll)({
  flex: 1,
  padding: '12px 24px 16px',
  display: 'flex',
  flexDirection: 'column',
  gap: 14,
});
const Table = styled('table')(({ theme }) => ({
  borderCollapse: 'collapse',
  fontSize: 14,
  '& th': {
    textAlign: 'left',
    fontWeight: 500,
    fontSize: 13,
    color: theme.tokens.dim,
    padding: '4px 14px 8px 0',
  },
  '& td': {
    padding: '8px 14px 8px 0',
    minHeight: 48,
    height: 52,
    borderTop: `1px solid ${theme.tokens.line}`,
    verticalAlign: 'middle',
  },
}));
const shortId = (id: string): string => (id.length > 20 ? `${id.slice(0, 8)}…${id.slice(-8)}` : id);

/** Devices that a target was told of and would not take: why, and once more. */
export function DeadLetters({ id }: { id: string }) {
  const { first, rows, hasMore, next, loading } = useDeadPages(id);
  const targets = useQuery('onboarding.targets', {});
  const name = targets.data?.targets.find((target) => target.id === id)?.name ?? 'target';
  const lab = useIsLab();
  const now = useWallClock();
  const action = useAction();
  const [, go] = useLocation();
  const retry = (fingerprints: string[] | null) =>
    action.run(async () => {
      await call('onboarding.retry', { id, fingerprints });
      first.reload();
    });
  return (
    <SyncPage
      title={`Given up: ${name}`}
      footer={
        <>
          <Button onClick={() => go('/sync/targets')}>Back</Button>
          <Dim>Mend the cause first: what is given up again comes back here.</Dim>
          <Spring />
          {lab ? (
            <Button
              variant="contained"
              disabled={rows.length === 0 || action.busy}
              onClick={() => retry(null)}
            >
              Try all again
            </Button>
          ) : null}
        </>
      }
    >
      <Page tabIndex={0} role="region" aria-label="Given up">
        {first.error ? <ErrorPanel error={first.error} onRetry={first.reload} /> : null}
        {action.error ? <ErrorPanel error={action.error} details /> : null}
        {!first.data && !first.error ? <Loading what="Loading" /> : null}
        {first.data && rows.length === 0 ? (
          <Empty title="Nothing is given up">All devices are known, or on their way.</Empty>
        ) : null}
        {rows.length === 0 ? null : (
          <Table>
            <thead>
              <tr>
                <th scope="col">Device</th>
                <th scope="col">Why</th>
                <th scope="col">Tries</th>
                <th scope="col">Last</th>
                <th scope="col">{lab ? 'Again' : ''}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.fingerprint}>
                  <td>
                    <CopyText text={row.deviceId} shown={shortId(row.deviceId)} label="device ID" />
                  </td>
                  <td>{row.reason}</td>
                  <td className="num">{count(row.attempts)}</td>
                  <td className="num">{agoText(row.at, now)}</td>
                  <td>
                    {lab ? (
                      <Button disabled={action.busy} onClick={() => retry([row.fingerprint])}>
                        Try again
                      </Button>
                    ) : null}
                  </td>
                </tr>
              ))}
            </tbody>
          </Table>
        )}
        {loading.error ? <ErrorPanel error={loading.error} onRetry={next} /> : null}
        {hasMore ? (
          <Button disabled={loading.busy} onClick={next} sx={{ alignSelf: 'flex-start' }}>
            Show more
          </Button>
        ) : null}
      </Page>
    </SyncPage>
  );
}
