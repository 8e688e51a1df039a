import { useIsLab } from '#client/state/session.ts';
import { usePaced } from '#client/use-paced.ts';
import { useQuery } from '#client/use-query.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Loading } from '#ui/pieces/states.tsx';
import { CloudPanel } from './CloudPanel.tsx';
import { LineFooter } from './LineFooter.tsx';
import { LinePanel } from './LinePanel.tsx';
import { NoCloud } from './NoCloud.tsx';
import { NoCloudFooter } from './NoCloudFooter.tsx';
import { ReceivedPanel } from './ReceivedPanel.tsx';
import { SyncColumn, SyncColumns, SyncPage } from './SyncPage.tsx';
import { useSync } from './use-sync.ts';
import { WaitingPanel } from './WaitingPanel.tsx';

/** Events of a draining line come many times a second; what waits by kind is asked for this often at most. */
const KINDS_EVERY_MS = 1500;

/** The line to the cloud: how it is, what waits and how old it is, what came down, and what a person can do about it. */
export function SyncScreen() {
  const { view, peak, error, reload } = useSync();
  const joined = view !== null && view.state !== 'none';
  const kinds = useQuery('sync.waiting', joined ? {} : null);
  const lab = useIsLab();
  usePaced(`${view?.waiting ?? ''} ${view?.state ?? ''}`, KINDS_EVERY_MS, kinds.reload);
  if (view === null)
    return (
      <SyncPage title="Sync">
        <SyncColumns>
          {error ? <ErrorPanel error={error} onRetry={reload} /> : <Loading what="Asking for the line" />}
        </SyncColumns>
      </SyncPage>
    );
  if (!joined)
    return (
      <SyncPage title="Sync" footer={<NoCloudFooter lab={lab} />}>
        <NoCloud />
      </SyncPage>
    );
  return (
    <SyncPage title="Sync" footer={<LineFooter view={view} />}>
      <SyncColumns>
        <SyncColumn tabIndex={0} role="region" aria-label="Line and what waits">
          <LinePanel view={view} />
          <WaitingPanel view={view} peak={peak} kinds={kinds} />
        </SyncColumn>
        <SyncColumn tabIndex={0} role="region" aria-label="Cloud and what came from it">
          <CloudPanel view={view} />
          <ReceivedPanel received={view.received} />
        </SyncColumn>
      </SyncColumns>
    </SyncPage>
  );
}
