import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { useState } from 'react';
import { useIsLab } from '#client/state/session.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { PageFrame } from '#ui/pieces/PageFrame.tsx';
import { Panel, Row, Scroll, Spring } from '#ui/pieces/layout.tsx';
import { Empty, Loading } from '#ui/pieces/states.tsx';
import { StatusChip } from '#ui/pieces/StatusChip.tsx';
import { Caption, Dim, Mono, Title } from '#ui/pieces/text.tsx';
import { AttachDialog } from './AttachDialog.tsx';
import { BenchTabs } from './BenchTabs.tsx';
import { branchesOf, type Branch, type Spot } from './topology.ts';
import { useBench } from './use-bench.ts';

const Page = styled(Scroll)({ flex: 1, padding: 24, display: 'flex', flexDirection: 'column', gap: 18 });
const List = styled('ul')({ listStyle: 'none', margin: 0, padding: 0 });
const Item = styled('li')(({ theme }) => ({
  display: 'grid',
  gridTemplateColumns: '132px minmax(0, 1fr) auto auto',
  gap: 16,
  alignItems: 'center',
  minHeight: 60,
  padding: '6px 0',
  '& + &': { borderTop: `1px solid ${theme.tokens.line}` },
}));

/** Every port of this machine at its place on the bus, and what each serves. */
export function PortsPage() {
  const { data, error, reload } = useBench();
  const lab = useIsLab();
  const [chosen, setChosen] = useState<string | null>(null);
  const branches = data ? branchesOf(data) : [];
  return (
    <PageFrame
      footer={
        <Dim>
          What is plugged in or pulled out shows here by itself. Sites go by the place, not by the name.
        </Dim>
      }
    >
      <Page tabIndex={0} role="region" aria-label="Ports">
        <Row>
          <Title>Ports</Title>
          <Spring />
          <BenchTabs />
        </Row>
        {error ? <ErrorPanel error={error} onRetry={reload} /> : null}
        {!data && !error ? <Loading what="Loading the ports" /> : null}
        {data && branches.length === 0 ? (
          <Empty title="No port on this machine">
            Plug an adapter or a board in. On Linux the account needs access to it (group dialout).
          </Empty>
        ) : null}
        {branches.map((branch) => (
          <BranchPanel key={branch.title} branch={branch} onAttach={lab ? setChosen : null} />
        ))}
        {data && chosen !== null ? (
          <AttachDialog
            bench={data}
            known={{ path: chosen }}
            onClose={() => setChosen(null)}
            onAttached={reload}
          />
        ) : null}
      </Page>
    </PageFrame>
  );
}

interface BranchProps {
  branch: Branch;
  onAttach: ((path: string) => void) | null;
}

function BranchPanel({ branch: { title, spots }, onAttach }: BranchProps) {
  return (
    <Panel aria-label={title}>
      <Caption>{title}</Caption>
      <List role="list">
        {spots.map((spot) => (
          <Item key={`${spot.path} ${spot.site ?? ''}`}>
            <Mono>{spot.location ?? ''}</Mono>
            <span>
              <b>{spot.state === 'gone' ? 'Nothing is plugged in' : spot.name}</b>
              <br />
              <Mono>{spot.path}</Mono>
            </span>
            <StatusChip>{spot.kind}</StatusChip>
            <Use spot={spot} onAttach={onAttach} />
          </Item>
        ))}
      </List>
    </Panel>
  );
}

function Use({
  spot: { site, movedFrom, path, state },
  onAttach,
}: {
  spot: Spot;
  onAttach: BranchProps['onAttach'];
}) {
  if (site !== null)
    return (
      <StatusChip tone={state === 'gone' ? 'unknown' : 'pass'}>
        {state === 'gone' ? `Site ${site} waits` : `Site ${site}`}
      </StatusChip>
    );
  if (movedFrom !== null) return <StatusChip tone="unknown">Cable of site {movedFrom}</StatusChip>;
  return onAttach === null ? (
    <Dim>Free</Dim>
  ) : (
    <Button aria-label={`Attach ${path} to a site`} onClick={() => onAttach(path)}>
      Attach
    </Button>
  );
}
