import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { useState } from 'react';
import { call } from '#client/client.ts';
import { useIsLab } from '#client/state/session.ts';
import { useAction } from '#client/use-action.ts';
import type { Bench } from '#client/views.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { PageFrame } from '#ui/pieces/PageFrame.tsx';
import { Row, Scroll, Spring } from '#ui/pieces/layout.tsx';
import { Loading } from '#ui/pieces/states.tsx';
import { Dim, Title } from '#ui/pieces/text.tsx';
import { BenchTabs } from './BenchTabs.tsx';
import { drawingOf, redo, resize, step, undo, type Drawing } from './fixture-edit.ts';
import { FixtureGrid } from './FixtureGrid.tsx';
import { SizeButtons } from './SizeButtons.tsx';
import { useBench } from './use-bench.ts';

const Page = styled(Scroll)({ flex: 1, padding: 24, display: 'flex', flexDirection: 'column', gap: 18 });

/** Where the sockets stand: drawn here as the fixture is, and shown so wherever sites are shown. */
export function FixtureEditor() {
  const { data, error, reload } = useBench();
  const lab = useIsLab();
  if (!data)
    return (
      <PageFrame>
        <Page>
          {error ? <ErrorPanel error={error} onRetry={reload} /> : <Loading what="Loading the fixture" />}
        </Page>
      </PageFrame>
    );
  // Drawn anew where somebody else has changed it meanwhile.
  return <Editor key={JSON.stringify(data.layout)} bench={data} editable={lab} onSaved={reload} />;
}

interface Props {
  bench: Bench;
  editable: boolean;
  onSaved: () => void;
}

function Editor({ bench, editable, onSaved }: Props) {
  const [drawing, setDrawing] = useState<Drawing>(() => drawingOf(bench.layout));
  const action = useAction();
  const { now } = drawing;
  const changed = drawing.past.length > 0;
  const held = new Set(bench.sites.filter((site) => site.port !== '' || site.lab).map(({ id }) => id));
  const fixed = new Set(bench.sites.filter((site) => site.virtual).map(({ id }) => id));
  const save = () =>
    action.run(async () => {
      await call('bench.setLayout', now);
      setDrawing(drawingOf(now));
      onSaved();
    });
  return (
    <PageFrame
      footer={
        <>
          <Button disabled={drawing.past.length === 0} onClick={() => setDrawing(undo)}>
            Undo
          </Button>
          <Button disabled={drawing.future.length === 0} onClick={() => setDrawing(redo)}>
            Redo
          </Button>
          <Dim role="status">{changed ? 'Not saved yet.' : 'As the station has it.'}</Dim>
          <Spring />
          <Button disabled={!changed} onClick={() => setDrawing(drawingOf(bench.layout))}>
            Throw away
          </Button>
          <Button variant="contained" disabled={!changed || action.busy || !editable} onClick={save}>
            Save
          </Button>
        </>
      }
    >
      <Page tabIndex={0} role="region" aria-label="Fixture">
        <Row>
          <Title>Fixture</Title>
          <Spring />
          <BenchTabs />
        </Row>
        {action.error ? <ErrorPanel error={action.error} details /> : null}
        <Row sx={{ flexWrap: 'wrap', gap: 5 }}>
          <SizeButtons
            name="rows"
            value={now.rows}
            onChange={(rows) => setDrawing((one) => step(one, resize(one.now, rows, one.now.columns)))}
          />
          <SizeButtons
            name="columns"
            value={now.columns}
            onChange={(columns) => setDrawing((one) => step(one, resize(one.now, one.now.rows, columns)))}
          />
          <Dim>
            Arrows go from place to place, with Shift they move the site. Enter adds or renames, Delete takes
            away.
          </Dim>
        </Row>
        <FixtureGrid
          layout={now}
          held={held}
          fixed={fixed}
          editable={editable}
          onChange={(next) => setDrawing((one) => step(one, next))}
          onUndo={() => setDrawing(undo)}
          onRedo={() => setDrawing(redo)}
        />
      </Page>
    </PageFrame>
  );
}
