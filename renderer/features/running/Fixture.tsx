import { styled } from '@mui/material/styles';
import type { KeyboardEvent } from 'react';
import type { BatchView } from '#contract/batches.ts';
import { inFixtureOrder, useSites } from '#client/state/sites.ts';
import { Notice } from '#ui/pieces/Notice.tsx';
import { Empty, Loading } from '#ui/pieces/states.tsx';
import { ReadBackNotice } from './ReadBackNotice.tsx';
import { SiteCard } from './SiteCard.tsx';

const Area = styled('div')({
  minHeight: 0,
  overflow: 'auto',
  padding: 20,
  display: 'flex',
  flexDirection: 'column',
  gap: 14,
});
const Grid = styled('div')({
  flex: 1,
  minHeight: 0,
  display: 'grid',
  gridAutoRows: 'minmax(124px, 1fr)',
});

/** Arrow keys move between the sites as they lie on the fixture. */
function moveFocus(event: KeyboardEvent<HTMLElement>, columns: number): void {
  const steps: Record<string, number> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -columns,
    ArrowDown: columns,
  };
  const step = steps[event.key];
  if (step === undefined) return;
  const buttons = [...event.currentTarget.querySelectorAll<HTMLButtonElement>('[data-site-button]')];
  const here = buttons.findIndex((button) =>
    button.closest('[role="group"]')?.contains(document.activeElement),
  );
  const next = buttons[here < 0 ? 0 : here + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

/** All sites, each where its socket is. */
export function Fixture({ batch, onOpen }: { batch: BatchView; onOpen: (site: string) => void }) {
  const { entries, known } = useSites();
  const sites = inFixtureOrder(entries);
  if (!known) return <Loading what="Loading the sites" />;
  if (sites.length === 0) {
    return (
      <Empty title="No site on this station">An engineer attaches programmers on the Bench screen.</Empty>
    );
  }
  // The bench counts rows and columns from 0 or from 1; the first one is the edge of the fixture either way.
  const firstRow = Math.min(...sites.map(({ view }) => view.row));
  const firstColumn = Math.min(...sites.map(({ view }) => view.column));
  const columns = Math.max(...sites.map(({ view }) => view.column)) - firstColumn + 1;
  return (
    <Area>
      {batch.state === 'paused' ? (
        <Notice tone="unknown" role="status">
          <b>Paused.</b> Sites that run finish their unit. No new part is started until you go on.
        </Notice>
      ) : null}
      <ReadBackNotice />
      <Grid
        style={{ gridTemplateColumns: `repeat(${columns}, minmax(92px, 1fr))`, gap: columns > 5 ? 8 : 14 }}
        onKeyDown={(event) => moveFocus(event, columns)}
      >
        {sites.map((entry) => (
          <div
            key={entry.view.id}
            style={{
              gridRow: entry.view.row - firstRow + 1,
              gridColumn: entry.view.column - firstColumn + 1,
              minHeight: 0,
              minWidth: 0,
            }}
          >
            <SiteCard entry={entry} batch={batch} onOpen={onOpen} />
          </div>
        ))}
      </Grid>
    </Area>
  );
}
