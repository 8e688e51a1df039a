import { styled } from '@mui/material/styles';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import { useState } from 'react';
import type { UnitDetail } from '#cloud/contract/views.ts';
import { dateTime, hex } from '#ui/format.ts';
import { CopyText } from '#ui/pieces/CopyText.tsx';
import { Row } from '#ui/pieces/layout.tsx';
import { Title } from '#ui/pieces/text.tsx';
import { useQuery } from '#cloud/console/client/use-query.ts';
import { Facts } from '#cloud/console/pieces/Facts.tsx';
import { Page } from '#cloud/console/pieces/Page.tsx';
import { StateWord } from '#cloud/console/pieces/StateWord.tsx';
import { certificateLook, unitLook } from '#cloud/console/pieces/words.ts';
import { TimeLine } from './TimeLine.tsx';
import { UnitCertificates } from './UnitCertificates.tsx';
import { UnitOnboarding } from './UnitOnboarding.tsx';
import { UnitRecord } from './UnitRecord.tsx';
import { TextLink } from '#cloud/console/pieces/TextLink.tsx';

type View = 'timeline' | 'certificates' | 'record' | 'onboarding';
const VIEWS: readonly (readonly [View, string])[] = [
  ['timeline', 'Time line'],
  ['certificates', 'Certificates'],
  ['record', 'Record'],
  ['onboarding', 'Onboarding'],
];
const Head = styled(Row)({ gap: 28, alignItems: 'flex-start', '& > dl': { flex: 1 } });

function Part({ detail, view }: { detail: UnitDetail; view: View }) {
  switch (view) {
    case 'timeline':
      return <TimeLine entries={detail.timeline} />;
    case 'certificates':
      return <UnitCertificates certificates={detail.certificates} />;
    case 'record':
      return <UnitRecord record={detail.record} />;
    case 'onboarding':
      return <UnitOnboarding rows={detail.onboarding} />;
  }
}

function UnitHead({ unit }: { unit: UnitDetail['unit'] }) {
  const { deviceId, chipUid } = unit;
  return (
    <Head>
      <div>
        <Title sx={{ fontSize: 26 }}>
          <StateWord look={unitLook[unit.outcome]} size={40} />
        </Title>
        {unit.revoked ? (
          <div style={{ marginTop: 10 }}>
            <StateWord look={certificateLook.revoked} />
          </div>
        ) : null}
      </div>
      <Facts
        facts={[
          ['Device ID', deviceId === null ? 'none yet' : <CopyText text={deviceId} label="device ID" />],
          [
            'Chip UID',
            chipUid === null ? 'not read' : <CopyText text={chipUid} label="chip UID" shown={hex(chipUid)} />,
          ],
          unit.serial === null ? null : ['Serial', unit.serial],
          [
            'Made',
            <>
              <TextLink href={`/units/batch/${unit.batchId}`}>lot {unit.lot}</TextLink> at{' '}
              <TextLink href={`/stations/${unit.stationId}`}>{unit.station}</TextLink>, {dateTime(unit.at)}
            </>,
          ],
          unit.failure === null ? null : ['Why', unit.failure],
        ]}
      />
    </Head>
  );
}

/** One unit, complete: what happened to it, its certificates, its signed record, where it is registered. */
export function UnitScreen({ id }: { id: string }) {
  const query = useQuery('unit', { params: { id } }, 5000);
  const [view, setView] = useState<View>('timeline');
  return (
    <Page back={['/units', 'Units']} query={query} loading="Loading the unit">
      {(detail) => (
        <>
          <UnitHead unit={detail.unit} />
          <Tabs value={view} onChange={(_, chosen: View) => setView(chosen)} aria-label="Parts of the unit">
            {VIEWS.map(([value, word]) => (
              <Tab key={value} value={value} label={word} id={`tab-${value}`} aria-controls="unit-part" />
            ))}
          </Tabs>
          <div id="unit-part" role="tabpanel" aria-labelledby={`tab-${view}`}>
            <Part detail={detail} view={view} />
          </div>
        </>
      )}
    </Page>
  );
}
