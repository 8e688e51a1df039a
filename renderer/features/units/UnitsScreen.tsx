import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { UnitRow } from '#contract/units.ts';
import { call } from '#client/client.ts';
import { useAction } from '#client/use-action.ts';
import { count } from '#ui/format.ts';
import { CopyText } from '#ui/pieces/CopyText.tsx';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { PageFrame } from '#ui/pieces/PageFrame.tsx';
import { Spring } from '#ui/pieces/layout.tsx';
import { Empty, Loading } from '#ui/pieces/states.tsx';
import { Dim, Title } from '#ui/pieces/text.tsx';
import { UnitFilterBar } from './UnitFilterBar.tsx';
import { UnitTable } from './UnitTable.tsx';
import { useUnitPages, type UnitFilter } from './use-unit-pages.ts';

const Page = styled('div')({
  flex: 1,
  minHeight: 0,
  padding: '18px 24px 0',
  display: 'flex',
  flexDirection: 'column',
  gap: 14,
});

function shownText(loaded: number, total: number | null): string {
  return total === null
    ? `${count(loaded)} units loaded`
    : `${count(total)} ${total === 1 ? 'unit' : 'units'}`;
}

function Results({
  pages,
  onOpen,
}: {
  pages: ReturnType<typeof useUnitPages>;
  onOpen: (unit: UnitRow) => void;
}) {
  if (pages.error && pages.rows.length === 0)
    return <ErrorPanel error={pages.error} onRetry={pages.reload} />;
  if (pages.loading && pages.rows.length === 0) return <Loading what="Searching units" />;
  if (pages.rows.length === 0) return <Empty title="No unit found">Change the search, or scan a unit.</Empty>;
  return <UnitTable rows={pages.rows} total={pages.total} onEnd={pages.more} onOpen={onOpen} />;
}

/** Finds units by id, UID, serial, lot, outcome and batch; what is shown can be exported. */
export function UnitsScreen({ batchId }: { batchId: string | null }) {
  const [filter, setFilter] = useState<UnitFilter>({ text: '', outcome: null, batchId });
  const pages = useUnitPages(filter);
  const [file, setFile] = useState<{ file: string; rows: number } | null>(null);
  const action = useAction();
  const [, go] = useLocation();
  return (
    <PageFrame
      footer={
        <>
          <Dim role="status">{shownText(pages.rows.length, pages.total)}</Dim>
          <Spring />
          {action.error ? <Dim role="alert">{action.error.what}</Dim> : null}
          {file ? <CopyText text={file.file} label="file" /> : null}
          <Button
            disabled={action.busy || pages.rows.length === 0}
            onClick={() => action.run(async () => setFile(await call('units.export', { filter })))}
          >
            Export what is shown
          </Button>
        </>
      }
    >
      <Page>
        <Title>Units</Title>
        <UnitFilterBar filter={filter} onChange={setFilter} />
        <Results pages={pages} onOpen={(unit) => go(`/units/${encodeURIComponent(unit.id)}`)} />
      </Page>
    </PageFrame>
  );
}
