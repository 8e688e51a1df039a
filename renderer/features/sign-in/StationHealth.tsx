import { styled } from '@mui/material/styles';
import { useStation } from '#client/state/station.ts';
import { LineChip } from '#ui/pieces/LineChip.tsx';
import { StatusChip } from '#ui/pieces/StatusChip.tsx';
import { bytes } from '#ui/format.ts';

const Chips = styled('div')({ display: 'flex', flexWrap: 'wrap', gap: 8, marginTop: 24 });
const Line = styled('div')(({ theme }) => ({
  marginTop: 10,
  fontSize: 13.5,
  color: theme.tokens.tone.unknown.main,
}));

const DRIVER = { ready: 'Drivers ready', starting: 'Drivers starting', restarting: 'Drivers restarting' };

/** Whether this station can work, before anybody has signed in. */
export function StationHealth() {
  const station = useStation((s) => s.station);
  if (!station) return null;
  return (
    <>
      <Chips>
        <StatusChip tone={station.driver.state === 'ready' ? 'pass' : 'unknown'}>
          {DRIVER[station.driver.state]}
        </StatusChip>
        <LineChip line={station.line} />
        <StatusChip tone={station.diskFreeBytes > 2e9 ? 'pass' : 'unknown'}>
          {bytes(station.diskFreeBytes)} free
        </StatusChip>
        <StatusChip>Version {station.version}</StatusChip>
      </Chips>
      {station.vault.kind === 'demo-file' ? (
        <Line>
          <b>Demo key.</b> The master key of this station lies in a file. Make nothing for sale with it.
        </Line>
      ) : null}
    </>
  );
}
