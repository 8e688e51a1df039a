import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { useState } from 'react';
import { useIsLab } from '#client/state/session.ts';
import type { Bench as BenchView } from '#client/views.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { PageFrame } from '#ui/pieces/PageFrame.tsx';
import { Row, Scroll, Spring } from '#ui/pieces/layout.tsx';
import { Empty, Loading } from '#ui/pieces/states.tsx';
import { Dim, Title } from '#ui/pieces/text.tsx';
import { OpenPrompts } from '../running/OpenPrompts.tsx';
import { AttachDialog } from './AttachDialog.tsx';
import { BenchSiteCard } from './BenchSiteCard.tsx';
import { BenchTabs } from './BenchTabs.tsx';
import { useBench } from './use-bench.ts';
import { useTestAll, type TestAll } from './use-test-all.ts';

const Page = styled(Scroll)({ flex: 1, padding: 24, display: 'flex', flexDirection: 'column', gap: 18 });
const Grid = styled('div')({
  display: 'grid',
  gridTemplateColumns: 'repeat(auto-fill, minmax(360px, 1fr))',
  gap: 16,
  alignItems: 'start',
});

/** Sites, what they are wired to, and their self-tests; a board is attached here. */
export function Bench() {
  const { data, error, reload } = useBench();
  const [attaching, setAttaching] = useState(false);
  const tests = useTestAll();
  return (
    <PageFrame footer={<Footer bench={data} tests={tests} onAttach={() => setAttaching(true)} />}>
      <Page tabIndex={0} role="region" aria-label="Bench">
        <Row>
          <Title>Bench</Title>
          <Spring />
          <BenchTabs />
        </Row>
        <OpenPrompts />
        {error ? <ErrorPanel error={error} onRetry={reload} /> : null}
        {!data && !error ? <Loading what="Loading the bench" /> : null}
        {data?.sites.length === 0 ? (
          <Empty title="No site yet">Attach a board to make its first site.</Empty>
        ) : null}
        <Grid>
          {data?.sites.map((site) => (
            <BenchSiteCard
              key={site.id}
              site={site}
              target={data.targets.find((target) => target.id === site.target)?.title ?? site.target}
              tested={tests.results.get(site.id) ?? null}
              testing={tests.current === site.id}
              onChanged={reload}
            />
          ))}
        </Grid>
        {data && attaching ? (
          <AttachDialog bench={data} onClose={() => setAttaching(false)} onAttached={reload} />
        ) : null}
      </Page>
    </PageFrame>
  );
}

interface FooterProps {
  bench: BenchView | null;
  tests: TestAll;
  onAttach: () => void;
}

function Footer({ bench, tests, onAttach }: FooterProps) {
  const lab = useIsLab();
  const testable = bench?.sites.filter((site) => site.port !== '' && !site.lab) ?? [];
  const failed = [...tests.results.values()].filter(({ ok }) => !ok).length;
  return (
    <>
      <Dim role="status">
        {tests.current === null
          ? summary(tests.results.size, failed)
          : `Testing ${tests.current}: ${tests.results.size + 1} of ${testable.length}`}
      </Dim>
      <Spring />
      {lab ? (
        <>
          <Button
            disabled={testable.length === 0 || tests.current !== null}
            onClick={() => tests.run(testable)}
          >
            Test all sites
          </Button>
          <Button variant="contained" disabled={!bench} onClick={onAttach}>
            Attach a board
          </Button>
        </>
      ) : null}
    </>
  );
}

function summary(tested: number, failed: number): string {
  if (tested === 0)
    return 'A self-test opens the port, resets the part and reads who it is. It changes nothing on the part.';
  return failed === 0 ? `All ${tested} sites are fine.` : `${failed} of ${tested} sites are not fine.`;
}
