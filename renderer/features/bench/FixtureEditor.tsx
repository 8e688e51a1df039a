import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import type { KeyboardEvent } from 'react';
import { call } from '#client/client.ts';
import { useIsLab } from '#client/state/session.ts';
import { useAction } from '#client/use-action.ts';
import type { Bench } from '#client/views.ts';
import { useLeaving } from '#ui/leave-guard.ts';
import { ConfirmDialog } from '#ui/pieces/ConfirmDialog.tsx';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Notice } from '#ui/pieces/Notice.tsx';
import { PageFrame } from '#ui/pieces/PageFrame.tsx';
import { Row, Scroll, Spring } from '#ui/pieces/layout.tsx';
import { Loading } from '#ui/pieces/states.tsx';
import { Dim, Title } from '#ui/pieces/text.tsx';
import { BenchTabs } from './BenchTabs.tsx';
import { resize } from './fixture-edit.ts';
import { FixtureGrid } from './FixtureGrid.tsx';
import { SizeButtons } from './SizeButtons.tsx';
import { useBench } from './use-bench.ts';
import { useDrawing } from './use-drawing.ts';

const Page = styled(Scroll)({ flex: 1, padding: 24, display: 'flex', flexDirection: 'column', gap: 18 });

/** Where the sockets stand: drawn here as the fixture is, and shown so wherever sites are shown. */
export function FixtureEditor() {
  const { data, error, reload } = useBench();
  const lab = useIsLab();
  if (data) return <Editor bench={data} editable={lab} onSaved={reload} />;
  return (
    <PageFrame>
      <Page>
        {error ? <ErrorPanel error={error} onRetry={reload} /> : <Loading what="Loading the fixture" />}
      </Page>
    </PageFrame>
  );
}

interface Props {
  bench: Bench;
  editable: boolean;
  onSaved: () => void;
}

type Drawing = ReturnType<typeof useDrawing>;

function Editor({ bench, editable, onSaved }: Props) {
  const drawing = useDrawing(bench.layout);
  const action = useAction();
  const leaving = useLeaving(drawing.changed);
  const { now, draw } = drawing;
  const held = new Set(bench.sites.filter((site) => site.port !== '' || site.lab).map(({ id }) => id));
  const fixed = new Set(bench.sites.filter((site) => site.virtual).map(({ id }) => id));
  const save = () =>
    action.run(async () => {
      drawing.take(await call('bench.setLayout', now));
      onSaved();
    });
  const discard = () => {
    action.clear();
    drawing.take(bench.layout);
  };
  const savable = drawing.changed && !action.busy && editable;
  const onKey = (event: KeyboardEvent) => {
    const key = event.ctrlKey || event.metaKey ? event.key.toLowerCase() : '';
    if (key === 'z' && !event.shiftKey) drawing.undo();
    else if (key === 'y' || key === 'z') drawing.redo();
    else if (key === 's' && savable) save();
    else if (key !== 's') return;
    event.preventDefault();
  };
  return (
    <PageFrame
      footer={
        editable ? (
          <Footer drawing={drawing} savable={savable} onDiscard={discard} onSave={save} />
        ) : (
          <Dim>An engineer draws the fixture.</Dim>
        )
      }
    >
      <Page tabIndex={0} role="region" aria-label="Fixture" onKeyDown={onKey}>
        <Row>
          <Title>Fixture</Title>
          <Spring />
          <BenchTabs />
        </Row>
        {action.error ? <ErrorPanel error={action.error} details /> : null}
        {drawing.overtaken ? <Overtaken onTake={discard} /> : null}
        {editable ? (
          <Row sx={{ flexWrap: 'wrap', gap: 5 }}>
            <SizeButtons
              name="rows"
              value={now.rows}
              onChange={(rows) => draw((one) => resize(one, rows, one.columns))}
            />
            <SizeButtons
              name="columns"
              value={now.columns}
              onChange={(columns) => draw((one) => resize(one, one.rows, columns))}
            />
          </Row>
        ) : null}
        <FixtureGrid
          layout={now}
          held={held}
          fixed={fixed}
          editable={editable}
          onChange={(next) => draw(() => next)}
        />
        <ConfirmDialog
          open={leaving.asked}
          danger
          title="Leave without saving the fixture?"
          confirm="Leave"
          onClose={leaving.stay}
          onConfirm={() => leaving.go()}
        >
          What was drawn here is lost then. The sites stay where they were.
        </ConfirmDialog>
      </Page>
    </PageFrame>
  );
}

function Overtaken({ onTake }: { onTake: () => void }) {
  return (
    <Notice tone="unknown" role="status">
      <Row>
        <span>
          <b>The fixture was changed elsewhere meanwhile.</b> Save puts this drawing in its place.
        </span>
        <Spring />
        <Button onClick={onTake}>Take the other one</Button>
      </Row>
    </Notice>
  );
}

interface FooterProps {
  drawing: Drawing;
  savable: boolean;
  onDiscard: () => void;
  onSave: () => void;
}

function Footer({ drawing, savable, onDiscard, onSave }: FooterProps) {
  return (
    <>
      <Button disabled={!drawing.canUndo} onClick={drawing.undo}>
        Undo
      </Button>
      <Button disabled={!drawing.canRedo} onClick={drawing.redo}>
        Redo
      </Button>
      <Dim role="status">{drawing.changed ? 'Not saved yet.' : 'As the station has it.'}</Dim>
      <Spring />
      <Button disabled={!drawing.changed} onClick={onDiscard}>
        Cancel
      </Button>
      <Button variant="contained" disabled={!savable} onClick={onSave}>
        Save
      </Button>
    </>
  );
}
