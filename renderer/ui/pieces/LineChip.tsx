import type { StationView } from '#client/views.ts';
import { useWallClock } from '../clock.ts';
import { count, since } from '../format.ts';
import { StatusChip } from './StatusChip.tsx';

/** Whether records reach their cloud, for how long not, and how many wait. */
export function LineChip({ line }: { line: StationView['line'] }) {
  const now = useWallClock();
  const waiting = line.waiting > 0 ? ` · ${count(line.waiting)} waiting` : '';
  if (line.state === 'online') return <StatusChip tone="pass">{`Online${waiting}`}</StatusChip>;
  if (line.state === 'none') return <StatusChip tone="idle">{`No cloud set up${waiting}`}</StatusChip>;
  const age = line.since === null ? '' : ` ${since(line.since, now)}`;
  return <StatusChip tone="unknown">{`Offline${age}${waiting}`}</StatusChip>;
}
