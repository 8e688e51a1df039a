import { styled } from '@mui/material/styles';
import type { StationView } from '#cloud/contract/views.ts';
import { useWallClock } from '#ui/clock.ts';
import { count, dateTime } from '#ui/format.ts';
import { Panel } from '#ui/pieces/layout.tsx';
import { Caption, Dim } from '#ui/pieces/text.tsx';
import { Facts } from '#cloud/console/pieces/Facts.tsx';
import { agoText } from '#cloud/console/pieces/words.ts';
import { Fingerprint } from '#cloud/console/pieces/Fingerprint.tsx';
import { clockText, endText, waitingText } from './station-text.ts';
import { TextLink } from '#cloud/console/pieces/TextLink.tsx';

const Grid = styled('div')({
  display: 'grid',
  gridTemplateColumns: 'repeat(2, minmax(0, 1fr))',
  gap: 16,
  alignItems: 'stretch',
});

function appliedText({ downHead, downApplied }: StationView): string {
  const left = downHead - downApplied;
  if (downHead === 0) return 'Nothing was sent yet';
  return left === 0 ? `All ${count(downHead)}` : `${count(downApplied)} of ${count(downHead)}`;
}

/** Line, records, messages and identity of a station. */
export function StationPanels({ station }: { station: StationView }) {
  const now = useWallClock();
  const { lastContact, keyFingerprint } = station;
  return (
    <Grid>
      <Panel aria-label="Line">
        <Caption>Line</Caption>
        <Facts
          facts={[
            ['Way', station.courier ? 'Courier: sealed files on a stick' : 'Network'],
            [
              'Last contact',
              lastContact === null
                ? 'Never'
                : `${dateTime(lastContact)}, ${agoText(lastContact, now).toLowerCase()}`,
            ],
            ['Waiting there', waitingText(station, now)],
            ['Clock', clockText(station.clockOffset)],
            ['Joined', dateTime(station.joinedAt)],
            ['Version', station.version ?? '–'],
          ]}
        />
      </Panel>
      <Panel aria-label="Records and messages">
        <Caption>Records and messages</Caption>
        <Facts
          facts={[
            [
              'Units',
              <TextLink
                href={`/batches/station/${station.id}`}
              >{`${count(station.units)}, by batch`}</TextLink>,
            ],
            ['Up', `Message ${count(station.position)} of chain ${count(station.epoch)}`],
            ['Down, applied', appliedText(station)],
          ]}
        />
        <p style={{ margin: '14px 0 0' }}>
          <Dim>
            Each message up names the one before it. A second chain begins where a station was restored from a
            backup or joined again.
          </Dim>
        </p>
      </Panel>
      <Panel aria-label="Identity" sx={{ gridColumn: '1 / -1' }}>
        <Caption>Line key of the station</Caption>
        {keyFingerprint === null ? (
          <Dim>None yet: the station makes it when it joins.</Dim>
        ) : (
          <>
            <Fingerprint value={keyFingerprint} label="key fingerprint" />
            <Dim>
              The station shows the same groups under Cloud. Its certificate ends{' '}
              {endText(station.certificateEnds, now).toLowerCase()}
              {station.certificateEnds === null ? '' : ` (${dateTime(station.certificateEnds)})`} and is
              renewed before.
            </Dim>
          </>
        )}
      </Panel>
    </Grid>
  );
}
