import { styled } from '@mui/material/styles';
import { useState } from 'react';
import { useTenths } from '#ui/clock.ts';
import { Bar } from '#ui/pieces/Bar.tsx';
import { Dim } from '#ui/pieces/text.tsx';

/** Longest time that the station gives a part to say who it is, s (docs/bench.md, Self-test); with a person's hands longer. */
const LIMIT_S = { lines: 30, hand: 300 };

const Time = styled('div')({ marginTop: 14, display: 'flex', flexDirection: 'column', gap: 8 });

/** How long a self-test has been at it, of what it may take. */
export function TestClock({ byHand }: { byHand: boolean }) {
  const now = useTenths(true);
  const [begun] = useState(() => performance.now());
  const limit = byHand ? LIMIT_S.hand : LIMIT_S.lines;
  const seconds = Math.max(0, (now - begun) / 1000);
  return (
    <Time role="status">
      <Dim className="num">
        {byHand ? 'Testing: the site asks for your hands.' : 'Testing.'} {Math.floor(seconds)} s of at most{' '}
        {limit} s
      </Dim>
      <Bar value={seconds / limit} label="Time of the self-test" />
    </Time>
  );
}
