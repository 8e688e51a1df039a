import Button from '@mui/material/Button';
import { useState } from 'react';
import type { Answer } from '#cloud/contract/api.ts';
import { count, dateTime } from '#ui/format.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Empty, Loading } from '#ui/pieces/states.tsx';
import { call } from '#cloud/console/client/client.ts';
import { useMay } from '#cloud/console/client/session.ts';
import { useAction } from '#cloud/console/client/use-action.ts';
import { usePages } from '#cloud/console/client/use-pages.ts';
import { useQuery } from '#cloud/console/client/use-query.ts';
import { Choice } from '#cloud/console/pieces/Choice.tsx';
import type { Column } from '#cloud/console/pieces/DataGrid.tsx';
import { Listing } from '#cloud/console/pieces/Listing.tsx';
import { StateWord } from '#cloud/console/pieces/StateWord.tsx';
import { itemLook } from '#cloud/console/pieces/words.ts';
import { ItemDialog } from './ItemDialog.tsx';
import { TargetHead } from './TargetHead.tsx';

type Item = Answer<'targetItems'>['rows'][number];
type State = Exclude<Item['state'], 'revoke-waiting'> | 'all';

const columns: readonly Column<Item>[] = [
  { head: 'State', width: '146px', cell: ({ state }) => <StateWord look={itemLook[state]} /> },
  { head: 'Name at the target', width: 'minmax(150px, 1fr)', kind: 'mono', cell: ({ name }) => name },
  { head: 'Tries', width: '52px', kind: 'number', cell: ({ attempts }) => attempts },
  {
    head: 'Reason',
    width: 'minmax(160px, 1.4fr)',
    cell: ({ reason }) => reason ?? '–',
    title: ({ reason }) => reason ?? undefined,
  },
  { head: 'Time', width: '156px', cell: ({ at }) => dateTime(at) },
];

/** One target: how it is, and its devices by state; what was given up can be tried again. */
export function TargetScreen({ id }: { id: string }) {
  const targets = useQuery('targets', {}, 2000);
  const target = targets.data?.targets.find((each) => each.id === id);
  const [state, setState] = useState<State>('all');
  const [open, setOpen] = useState<Item | null>(null);
  const pages = usePages('targetItems', { params: { id }, query: { state } });
  const mayRetry = useMay('planner');
  const action = useAction();
  const reload = () => {
    targets.reload();
    pages.reload();
  };
  const retry = (fingerprints?: string[]) =>
    action.run(async () => {
      await call('retryItems', { params: { id }, body: fingerprints ? { fingerprints } : {} });
      setOpen(null);
      reload();
    });
  if (targets.error) return <ErrorPanel error={targets.error} onRetry={targets.reload} />;
  if (!targets.data) return <Loading what="Loading the target" />;
  if (!target) return <Empty title="No such target">It may belong to another tenant.</Empty>;
  return (
    <>
      <Listing
        title={target.name}
        noun="device"
        pages={pages}
        columns={columns}
        keyOf={({ fingerprint }) => fingerprint}
        onOpen={setOpen}
        filtered={state !== 'all'}
        notice={
          <>
            <TargetHead target={target} onChanged={reload} />
            {action.error ? <ErrorPanel error={action.error} /> : null}
          </>
        }
        filters={
          <div>
            <Choice<State>
              label="State"
              value={state}
              options={[
                ['all', 'All'],
                ['waiting', `Waiting ${count(target.counts.waiting)}`],
                ['retry', `Trying again ${count(target.counts.retry)}`],
                ['registered', `Registered ${count(target.counts.registered)}`],
                ['dead', `Given up ${count(target.counts.dead)}`],
                ['revoked', `Revoked ${count(target.counts.revoked)}`],
              ]}
              onChange={setState}
            />
          </div>
        }
        empty={<Empty title="No device yet">Devices come here with their certificates.</Empty>}
        back={['/onboarding', 'Onboarding']}
        footer={
          mayRetry && target.counts.dead > 0 ? (
            <Button variant="contained" disabled={action.busy} onClick={() => retry()}>
              Try {count(target.counts.dead)} given up again
            </Button>
          ) : null
        }
      />
      {open ? (
        <ItemDialog
          item={open}
          busy={action.busy}
          onClose={() => setOpen(null)}
          onRetry={() => retry([open.fingerprint])}
        />
      ) : null}
    </>
  );
}
