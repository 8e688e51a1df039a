import { useTheme } from '@mui/material/styles';
import type { ReactNode } from 'react';
import type { Tone } from '../theme/tokens.ts';
import type { Shape } from './outcome.ts';

interface Props {
  shape: Shape;
  tone: Tone;
  /** Side in px. */
  size?: number;
  /** Ring only: how much is done, 0..1. */
  fraction?: number;
}

const AROUND = 2 * Math.PI * 13;
const stroke = { fill: 'none', strokeLinecap: 'round', strokeLinejoin: 'round' } as const;

function ring(main: string, back: string, fraction: number): ReactNode {
  return (
    <>
      <circle cx="17" cy="17" r="13" fill="none" stroke={back} strokeWidth="5" />
      <circle
        cx="17"
        cy="17"
        r="13"
        {...stroke}
        stroke={main}
        strokeWidth="5"
        strokeDasharray={`${Math.max(0.04, fraction) * AROUND} ${AROUND}`}
        transform="rotate(-90 17 17)"
      />
    </>
  );
}

function drawing(shape: Shape, main: string, ink: string, back: string, fraction: number): ReactNode {
  const line = { ...stroke, stroke: ink, strokeWidth: 3.4 };
  const outline = { ...stroke, stroke: main, strokeWidth: 2.6 };
  switch (shape) {
    case 'ring':
      return ring(main, back, fraction);
    case 'circle':
      return (
        <>
          <circle cx="17" cy="17" r="15.5" fill={main} />
          <path d="M10 17.5l5 5 9-10" {...line} />
        </>
      );
    case 'octagon':
      return (
        <>
          <path d="M10.6 1.5h12.8l9.1 9.1v12.8l-9.1 9.1H10.6l-9.1-9.1V10.6z" fill={main} />
          <path d="M12 12l10 10M22 12L12 22" {...line} />
        </>
      );
    case 'diamond':
      return (
        <>
          <path d="M17 .8L33.2 17 17 33.2.8 17z" fill={main} />
          <path d="M13 13.5a4 4 0 118 0c0 2.6-4 3-4 6" {...line} strokeWidth={3} />
          <circle cx="17" cy="24.4" r="1.9" fill={ink} />
        </>
      );
    case 'dashed':
      return <rect x="5" y="5" width="24" height="24" rx="5" {...outline} strokeDasharray="5 4.6" />;
    case 'warning':
      return (
        <>
          <path d="M17 3l15 27H2z" fill={main} stroke={main} strokeWidth="2.5" strokeLinejoin="round" />
          <path d="M17 13v8" {...line} strokeWidth={3.2} />
          <circle cx="17" cy="25.8" r="1.9" fill={ink} />
        </>
      );
    case 'ready':
      return (
        <>
          <rect x="5" y="5" width="24" height="24" rx="5" {...outline} />
          <rect x="12" y="12" width="10" height="10" rx="2" fill={main} />
        </>
      );
    case 'offline':
      return (
        <>
          <path d="M11 23a9 9 0 010-12M23 11a9 9 0 010 12" {...outline} />
          <path d="M6 28L28 6" {...outline} />
        </>
      );
  }
}

/** The shape of an outcome. The word stands beside it, so it is hidden from screen readers. */
export function OutcomeIcon({ shape, tone, size = 34, fraction = 0 }: Props) {
  const { tokens } = useTheme();
  const colors = tokens.tone[tone];
  return (
    <svg width={size} height={size} viewBox="0 0 34 34" aria-hidden="true" focusable="false" flex-shrink="0">
      {drawing(
        shape,
        colors.main,
        colors.ink,
        tokens.frameWidth > 2 ? tokens.track : tokens.tone.run.frame,
        fraction,
      )}
    </svg>
  );
}
