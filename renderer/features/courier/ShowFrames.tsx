import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { useIsFloor } from '#client/state/session.ts';
import { useQuery } from '#client/use-query.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { PageFrame } from '#ui/pieces/PageFrame.tsx';
import { Spring } from '#ui/pieces/layout.tsx';
import { Empty, Loading } from '#ui/pieces/states.tsx';
import { Dim, Title } from '#ui/pieces/text.tsx';
import { qrDrawing } from './qr-drawing.ts';

const Stage = styled('div')({
  flex: 1,
  minHeight: 0,
  display: 'flex',
  flexDirection: 'column',
  alignItems: 'center',
  justifyContent: 'center',
  gap: 12,
  padding: 16,
});
// Black on white in every theme, with its quiet zone: scanners ask for it.
const Code = styled('svg')(({ theme }) => ({
  flex: 1,
  minHeight: 0,
  aspectRatio: '1',
  background: theme.palette.common.white,
  color: theme.palette.common.black,
  borderRadius: 10,
}));
/** Long enough for a hand scanner to be aimed and to beep. */
const EACH_MS = 2500;
/** Modules of quiet zone that a drawing has at least (ISO/IEC 18004: 4). */
const QUIET = 4;

function Drawing({ svg, label }: { svg: string; label: string }) {
  const drawing = qrDrawing(svg);
  if (drawing === null) return <Empty title="This code cannot be drawn">Take a stick instead.</Empty>;
  const { side, path } = drawing;
  const box = [-QUIET, -QUIET, side + 2 * QUIET, side + 2 * QUIET].join(' ');
  return (
    <Code viewBox={box} role="img" aria-label={label} shapeRendering="crispEdges">
      <path d={path} fill="currentColor" />
    </Code>
  );
}

/** Steps through the frames by itself, by arrow keys or by buttons; Space holds it. */
function useSlides(total: number) {
  const [at, setAt] = useState(0);
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held || total < 2) return undefined;
    const timer = setTimeout(() => setAt((now) => (now + 1) % total), EACH_MS);
    return () => clearTimeout(timer);
  }, [at, held, total]);
  const step = (by: number) => setAt((now) => (now + by + total) % Math.max(1, total));
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.target instanceof HTMLButtonElement && event.key === ' ') return;
      if (event.key === 'ArrowRight') setAt((now) => (now + 1) % Math.max(1, total));
      else if (event.key === 'ArrowLeft') setAt((now) => (now + total - 1) % Math.max(1, total));
      else if (event.key === ' ') setHeld((now) => !now);
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [total]);
  return { at: Math.min(at, Math.max(0, total - 1)), held, step, hold: () => setHeld((now) => !now) };
}

/** A small answer to the cloud, as QR codes that its scanner takes from this screen: large, one at a time. */
export function ShowFrames() {
  const [, go] = useLocation();
  const floor = useIsFloor();
  const { data, error, reload } = useQuery('courier.frames', floor ? {} : null);
  const frames = data?.frames ?? [];
  const { at, held, step, hold } = useSlides(frames.length);
  const frame = frames[at];
  return (
    <PageFrame
      footer={
        <>
          <Button onClick={() => go('/sync/courier')}>Back</Button>
          <Spring />
          {frames.length > 1 ? (
            <>
              <Button onClick={() => step(-1)}>Previous</Button>
              <Button onClick={hold} aria-pressed={held}>
                {held ? 'Go on' : 'Hold'}
              </Button>
              <Button variant="contained" onClick={() => step(1)}>
                Next
              </Button>
            </>
          ) : null}
        </>
      }
    >
      <Stage>
        <Title className="num" aria-live="polite">
          {frame ? `Code ${at + 1} of ${frames.length}` : 'QR codes for the cloud'}
        </Title>
        {error ? <ErrorPanel error={error} onRetry={reload} /> : null}
        {!data && !error && floor ? <Loading what="Drawing the codes" /> : null}
        {(data && frames.length === 0) || !floor ? (
          <Empty title="Nothing that fits in QR codes">
            There is no acknowledgement to show, or what waits is too large: take a stick.
          </Empty>
        ) : null}
        {frame ? (
          <>
            <Drawing svg={frame.svg} label={`QR code ${at + 1} of ${frames.length}`} />
            <Dim>Scan each at the cloud’s console, in any order. It says when all are there.</Dim>
          </>
        ) : null}
      </Stage>
    </PageFrame>
  );
}
