import { styled } from '@mui/material/styles';
import type { MeasurementView } from '#contract/sites.ts';
import { isOnScale, measurementLimits, measurementTitle, measurementValue } from '../measurement.ts';
import { Dim } from './text.tsx';

const Line = styled('div')({
  display: 'grid',
  gridTemplateColumns: 'minmax(0, 1.3fr) 92px minmax(0, 1fr) 96px',
  gap: 10,
  alignItems: 'center',
  minHeight: 28,
  fontSize: 13.5,
});
const Value = styled('b')(({ theme }) => ({
  textAlign: 'right',
  '&[data-ok="false"]': { color: theme.tokens.tone.fail.main },
}));
const Track = styled('span')(({ theme }) => ({
  position: 'relative',
  display: 'block',
  height: 6,
  borderRadius: 3,
  background: theme.tokens.track,
}));
const Needle = styled('i')(({ theme }) => ({
  position: 'absolute',
  top: -4,
  width: 4,
  height: 14,
  marginLeft: -2,
  borderRadius: 2,
  background: theme.tokens.tone.pass.main,
  '&[data-ok="false"]': { background: theme.tokens.tone.fail.main },
}));

/** Where the value lies: the track is the room between the limits, with a fifth beyond for what is out of it. */
function position({ name, value, min, max }: MeasurementView): number | null {
  if ((max === null && min === null) || !isOnScale(name) || !Number.isFinite(value)) return null;
  const low = min ?? Math.min(0, value);
  const high = max ?? Math.max(value, low === 0 ? 1 : low * 2);
  if (high <= low) return null;
  return Math.min(1, Math.max(0, (value - low) / (high - low) / 1.2));
}

/** One measurement: value and unit, where it lies between its limits, and the limits. */
export function MeasurementRow({ measurement }: { measurement: MeasurementView }) {
  const at = position(measurement);
  return (
    <Line>
      <span>{measurementTitle(measurement.name)}</span>
      <Value data-ok={measurement.ok}>
        {measurementValue(measurement)}
        {measurement.ok ? '' : ' ✕'}
      </Value>
      {at === null ? (
        <span />
      ) : (
        <Track aria-hidden="true">
          <Needle data-ok={measurement.ok} style={{ left: `${at * 100}%` }} />
        </Track>
      )}
      <Dim>{measurementLimits(measurement)}</Dim>
    </Line>
  );
}
