import { styled } from '@mui/material/styles';
import { useStation } from '#client/state/station.ts';
import { useWallClock } from '#ui/clock.ts';
import { bytes, count } from '#ui/format.ts';
import { Panel } from '#ui/pieces/layout.tsx';
import { lineWords } from '#ui/pieces/LineChip.tsx';
import { Caption } from '#ui/pieces/text.tsx';

const Facts = styled('dl')(({ theme }) => ({
  display: 'grid',
  gridTemplateColumns: '1fr auto',
  gap: '4px 16px',
  margin: 0,
  fontSize: 14,
  '& dt': { color: theme.tokens.dim },
  '& dd': { margin: 0, fontWeight: 600, textAlign: 'right' },
}));
const DRIVER = { ready: 'Ready', starting: 'Starting', restarting: 'Restarting' };

/** Line, drivers, key, disk: whether the station itself is well. */
export function StationPanel() {
  const station = useStation((s) => s.station);
  const now = useWallClock();
  if (!station) return null;
  const { line, driver } = station;
  return (
    <Panel aria-label="Station state">
      <Caption>Station</Caption>
      <Facts>
        <dt>Line</dt>
        <dd>{lineWords(line, now)}</dd>
        <dt>Records waiting</dt>
        <dd>{count(line.waiting)}</dd>
        <dt>Drivers</dt>
        <dd>
          {DRIVER[driver.state]}
          {driver.restarts > 0 ? `, restarted ${driver.restarts} ×` : ''}
        </dd>
        <dt>Key</dt>
        <dd>
          {station.vault.kind === 'demo-file' ? 'Demo file' : 'Passphrase'}
          {station.vault.locked ? ', locked' : ''}
        </dd>
        <dt>Disk free</dt>
        <dd>{bytes(station.diskFreeBytes)}</dd>
      </Facts>
    </Panel>
  );
}
