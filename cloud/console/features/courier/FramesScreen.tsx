import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { useEffect, useState } from 'react';
import { Bar } from '#ui/pieces/Bar.tsx';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { BackButton } from '#cloud/console/pieces/BackButton.tsx';
import { PageFrame } from '#ui/pieces/PageFrame.tsx';
import { Spring } from '#ui/pieces/layout.tsx';
import { Empty, Loading } from '#ui/pieces/states.tsx';
import { Dim, Title } from '#ui/pieces/text.tsx';
import { useQuery } from '#cloud/console/client/use-query.ts';
import { Choice } from '#cloud/console/pieces/Choice.tsx';
import { SvgPicture } from '#cloud/console/pieces/SvgPicture.tsx';
import { useSlides } from './use-slides.ts';

const Body = styled('div')({
  flex: 1,
  minHeight: 0,
  padding: '16px 24px',
  display: 'flex',
  flexDirection: 'column',
  alignItems: 'center',
  gap: 14,
});
const Top = styled('div')({ alignSelf: 'stretch', display: 'flex', alignItems: 'center', gap: 20 });

/** Side of a code in px: as large as the window leaves room for. */
const sideFor = (height: number): number => Math.max(280, Math.min(860, height - 330));

function useSide(): number {
  const [height, setHeight] = useState(window.innerHeight);
  useEffect(() => {
    const onResize = () => setHeight(window.innerHeight);
    window.addEventListener('resize', onResize);
    return () => window.removeEventListener('resize', onResize);
  }, []);
  return sideFor(height);
}

type Pace = '500' | '1000' | '2000';

/** A small transfer as codes, one after another, for the scanner of a station. */
export function FramesScreen({ id }: { id: string }) {
  const { data, error, reload } = useQuery('getFrames', { params: { id } });
  const frames = data?.frames ?? [];
  const [pace, setPace] = useState<Pace>('1000');
  const { at, running, step, toggle } = useSlides(frames.length, Number(pace));
  const side = useSide();
  const frame = frames[at];
  const place = `Code ${at + 1} of ${frames.length}`;
  return (
    <PageFrame
      footer={
        <>
          <BackButton to="/courier" word="Courier" />
          <Dim>Left and Right: one code. Space: run or stop.</Dim>
          <Spring />
          <Button disabled={frames.length < 2} onClick={() => step(-1)}>
            Previous
          </Button>
          <Button disabled={frames.length < 2} onClick={() => step(1)}>
            Next
          </Button>
          <Button variant="contained" disabled={frames.length < 2} onClick={toggle}>
            {running ? 'Stop' : 'Run'}
          </Button>
        </>
      }
    >
      <Body>
        <Top>
          <Title sx={{ flex: 1 }}>Show these to the station’s scanner</Title>
          <Choice<Pace>
            label="Pace"
            value={pace}
            options={[
              ['500', '2 a second'],
              ['1000', '1 a second'],
              ['2000', '1 in 2 s'],
            ]}
            onChange={setPace}
          />
        </Top>
        {error ? <ErrorPanel error={error} onRetry={reload} /> : null}
        {!data && !error ? <Loading what="Drawing the codes" /> : null}
        {data && frames.length === 0 ? (
          <Empty title="Nothing to show">The transfer has no code.</Empty>
        ) : null}
        {frame ? (
          <>
            <SvgPicture svg={frame.svg} label={place} size={side} />
            <div style={{ width: side + 28 }}>
              <Bar value={(at + 1) / frames.length} label="Codes shown" />
            </div>
            <b role={running ? undefined : 'status'} style={{ fontSize: 17 }}>
              {place}
            </b>
          </>
        ) : null}
      </Body>
    </PageFrame>
  );
}
