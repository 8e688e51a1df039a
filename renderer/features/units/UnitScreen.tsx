import ArrowBackIcon from '@mui/icons-material/ArrowBack';
import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { UnitDetail } from '#contract/units.ts';
import { useQuery } from '#client/use-query.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { PageFrame } from '#ui/pieces/PageFrame.tsx';
import { Scroll, Spring } from '#ui/pieces/layout.tsx';
import { Loading } from '#ui/pieces/states.tsx';
import { Dim } from '#ui/pieces/text.tsx';
import { AttemptList } from './AttemptList.tsx';
import { CertificateViewer } from './CertificateViewer.tsx';
import { MeasurementList } from './MeasurementList.tsx';
import { RecordViewer } from './RecordViewer.tsx';
import { TimeLine } from './TimeLine.tsx';
import { UnitHead } from './UnitHead.tsx';

const Page = styled('div')({
  flex: 1,
  minHeight: 0,
  padding: '18px 24px 0',
  display: 'flex',
  flexDirection: 'column',
  gap: 10,
});
const Body = styled(Scroll)({ flex: 1, padding: '8px 2px 20px' });

type View = 'timeline' | 'attempts' | 'measurements' | 'certificate' | 'record';
const VIEWS: readonly { view: View; word: string }[] = [
  { view: 'timeline', word: 'Time line' },
  { view: 'attempts', word: 'Attempts' },
  { view: 'measurements', word: 'Measurements' },
  { view: 'certificate', word: 'Certificate' },
  { view: 'record', word: 'Record' },
];

function Part({ detail, view }: { detail: UnitDetail; view: View }) {
  switch (view) {
    case 'timeline':
      return <TimeLine entries={detail.timeline} />;
    case 'attempts':
      return <AttemptList attempts={detail.attempts} />;
    case 'measurements':
      return <MeasurementList measurements={detail.measurements} />;
    case 'certificate':
      return <CertificateViewer certificate={detail.certificate} />;
    case 'record':
      return <RecordViewer record={detail.record} keptFor={detail.keptFor} />;
  }
}

/** One unit, complete: what happened to it, what was measured, its certificate and its signed record. */
export function UnitScreen({ id }: { id: string }) {
  const { data, error, reload } = useQuery('units.get', { unitId: id });
  const [view, setView] = useState<View>('timeline');
  const [, go] = useLocation();
  return (
    <PageFrame
      footer={
        <>
          <Button startIcon={<ArrowBackIcon />} onClick={() => go('/units')}>
            All units
          </Button>
          <Spring />
          <Dim>Scan a unit to open it</Dim>
        </>
      }
    >
      <Page>
        {error ? <ErrorPanel error={error} onRetry={reload} /> : null}
        {!data && !error ? <Loading what="Loading the unit" /> : null}
        {data ? (
          <>
            <UnitHead detail={data} />
            <Tabs value={view} onChange={(_, chosen: View) => setView(chosen)} aria-label="Parts of the unit">
              {VIEWS.map(({ view: value, word }) => (
                <Tab key={value} value={value} label={word} id={`tab-${value}`} aria-controls="unit-part" />
              ))}
            </Tabs>
            <Body id="unit-part" role="tabpanel" aria-labelledby={`tab-${view}`} tabIndex={0}>
              <Part detail={data} view={view} />
            </Body>
          </>
        ) : null}
      </Page>
    </PageFrame>
  );
}
