import { styled } from '@mui/material/styles';
import { useState } from 'react';
import type { Bench as BenchView } from '#client/views.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { PageFrame } from '#ui/pieces/PageFrame.tsx';
import { Row, Scroll, Spring } from '#ui/pieces/layout.tsx';
import { Empty, Loading } from '#ui/pieces/states.tsx';
import { Title } from '#ui/pieces/text.tsx';
import { OpenPrompts } from '../running/OpenPrompts.tsx';
import { AttachDialog } from './AttachDialog.tsx';
import { BenchFooter } from './BenchFooter.tsx';
import { BenchSiteCard } from './BenchSiteCard.tsx';
import { BenchTabs } from './BenchTabs.tsx';
import { useBench } from './use-bench.ts';
import { useTestAll } from './use-test-all.ts';

const Page = styled(Scroll)({ flex: 1, padding: 24, display: 'flex', flexDirection: 'column', gap: 18 });
const Grid = styled('div')({
  display: 'grid',
  gridTemplateColumns: 'repeat(auto-fill, minmax(340px, 1fr))',
  gap: 16,
  alignItems: 'start',
});

/** In the order of the fixture, as everywhere. */
const inOrder = ({ sites }: BenchView) => [...sites].sort((a, b) => a.row - b.row || a.column - b.column);

const titleOf = ({ targets }: BenchView, id: string): string =>
  targets.find((target) => target.id === id)?.title ?? id;

/** Sites, what they are wired to, and their self-tests; a board is attached here. */
export function Bench() {
  const { data, error, reload } = useBench();
  // What the dialog knows when it opens; null while it is closed.
  const [attaching, setAttaching] = useState<{ site?: string } | null>(null);
  const tests = useTestAll();
  return (
    <PageFrame footer={<BenchFooter bench={data} tests={tests} onAttach={() => setAttaching({})} />}>
      <Page tabIndex={0} role="region" aria-label="Bench">
        <Row>
          <Title>Bench</Title>
          <Spring />
          <BenchTabs />
        </Row>
        {attaching === null ? <OpenPrompts /> : null}
        {error ? <ErrorPanel error={error} onRetry={reload} /> : null}
        {!data && !error ? <Loading what="Loading the bench" /> : null}
        {data?.sites.length === 0 ? (
          <Empty title="No site yet">Attach a board to make its first site.</Empty>
        ) : null}
        <Grid>
          {data === null
            ? null
            : inOrder(data).map((site) => (
                <BenchSiteCard
                  key={site.id}
                  site={site}
                  target={titleOf(data, site.target)}
                  tested={tests.results.get(site.id) ?? null}
                  testing={tests.current === site.id}
                  onAttach={() => setAttaching({ site: site.id })}
                  onChanged={reload}
                />
              ))}
        </Grid>
        {data && attaching ? (
          <AttachDialog
            bench={data}
            known={attaching}
            onClose={() => setAttaching(null)}
            onAttached={reload}
          />
        ) : null}
      </Page>
    </PageFrame>
  );
}
