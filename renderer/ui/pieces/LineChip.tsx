import type { StationView } from '#client/views.ts';
import { useWallClock } from '../clock.ts';
import { count, since } from '../format.ts';
import type { Tone } from '../theme/tokens.ts';
import { StatusChip } from './StatusChip.tsx';

type Line = StationView['line'];

const WORDS: Record<Line['state'], string> = {
  online: 'Online',
  offline: 'Offline',
  none: 'No cloud set up',
  paused: 'Paused',
  stopped: 'Stopped',
  courier: 'By courier',
};
const TONES: Record<Line['state'], Tone> = {
  online: 'pass',
  offline: 'unknown',
  none: 'idle',
  paused: 'unknown',
  stopped: 'fail',
  courier: 'run',
};
/** States that somebody waits to end: their age matters. */
const AGED = new Set<Line['state']>(['offline', 'paused', 'stopped']);
const MINUTE_MS = 60_000;

/** `Offline 3 d`: the state and, where it matters, for how long. */
export function lineWords({ state, since: from }: Line, now: number): string {
  const aged = AGED.has(state) && from !== null && now - Date.parse(from) >= MINUTE_MS;
  return aged ? `${WORDS[state]} ${since(from, now)}` : WORDS[state];
}

/** Whether records reach their cloud, for how long not, and how many wait. */
export function LineChip({ line }: { line: Line }) {
  const now = useWallClock();
  const waiting = line.waiting > 0 ? ` · ${count(line.waiting)} waiting` : '';
  return <StatusChip tone={TONES[line.state]}>{`${lineWords(line, now)}${waiting}`}</StatusChip>;
}
