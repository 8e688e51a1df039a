import { styled } from '@mui/material/styles';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { PageFrame } from '#ui/pieces/PageFrame.tsx';
import { Panel, Row, Scroll, Spring } from '#ui/pieces/layout.tsx';
import { Empty, Loading } from '#ui/pieces/states.tsx';
import { Caption, Dim, Mono, Title } from '#ui/pieces/text.tsx';
import { BenchTabs } from './BenchTabs.tsx';
import { byFamily, matches, type TargetChoice } from './targets.ts';
import { useBench } from './use-bench.ts';

const Page = styled(Scroll)({ flex: 1, padding: 24, display: 'flex', flexDirection: 'column', gap: 18 });
const Grid = styled('div')({
  display: 'grid',
  gridTemplateColumns: 'repeat(auto-fill, minmax(300px, 1fr))',
  gap: 16,
  alignItems: 'start',
});
const List = styled('ul')({ listStyle: 'none', margin: 0, padding: 0 });
const Item = styled('li')({
  display: 'flex',
  gap: 10,
  alignItems: 'baseline',
  padding: '5px 0',
  fontSize: 15,
});
const REACH = { bytes: 'serial or TCP', usb: 'USB', tool: 'its maker’s tool' } as const;

/** Every chip that this station can talk to, by family. */
export function Chips() {
  const { data, error, reload } = useBench();
  const [search, setSearch] = useState('');
  const found = byFamily(data?.targets ?? []).filter((target) => matches(target, search));
  const families = [...new Set(found.map(({ family }) => family))];
  return (
    <PageFrame
      footer={
        <Dim>
          Which jobs there are for a chip stands with the jobs; how to wire it, in its page of the docs.
        </Dim>
      }
    >
      <Page tabIndex={0} role="region" aria-label="Chips">
        <Row>
          <Title>Chips</Title>
          <Spring />
          <BenchTabs />
        </Row>
        <TextField
          label="Search"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          sx={{ maxWidth: 360 }}
          slotProps={{ htmlInput: { maxLength: 60, autoComplete: 'off' } }}
        />
        {error ? <ErrorPanel error={error} onRetry={reload} /> : null}
        {!data && !error ? <Loading what="Loading the chips" /> : null}
        {data && found.length === 0 ? (
          <Empty title="No chip of that name">Try a part of its name: stm32, ra6, puf.</Empty>
        ) : null}
        <Grid>
          {families.map((family) => (
            <Family key={family} name={family} chips={found.filter((one) => one.family === family)} />
          ))}
        </Grid>
      </Page>
    </PageFrame>
  );
}

function Family({ name, chips }: { name: string; chips: readonly TargetChoice[] }) {
  return (
    <Panel aria-label={name}>
      <Caption>{name}</Caption>
      <List role="list">
        {chips.map(({ id, title, reach }) => (
          <Item key={id}>
            <span>{title}</span>
            <Spring />
            <Dim>{REACH[reach]}</Dim>
            <Mono>{id}</Mono>
          </Item>
        ))}
      </List>
    </Panel>
  );
}
