import type { SelfTest } from '#client/views.ts';
import { Stack } from '#ui/pieces/layout.tsx';
import { Dim } from '#ui/pieces/text.tsx';
import { OpenPrompts } from '../running/OpenPrompts.tsx';
import { outcomeOf } from './self-test-outcome.ts';
import { SelfTestSteps } from './SelfTestSteps.tsx';
import { TestClock } from './TestClock.tsx';

interface Props {
  site: string;
  result: SelfTest | null;
  busy: boolean;
  byHand: boolean;
}

/** The self-test that follows at once: a wrong wire is found while the hand is still at the board. */
export function AttachTest({ site, result, busy, byHand }: Props) {
  return (
    <Stack>
      <OpenPrompts site={site} />
      {busy ? <TestClock byHand={byHand} /> : null}
      {busy || result !== null ? <SelfTestSteps site={site} result={busy ? null : result} /> : null}
      {result !== null && outcomeOf(result) === 'failed' && !busy ? (
        <Dim>
          The board is attached. Mostly it is the wiring: look at reset, mode, RXD and TXD, or choose another
          wiring.
        </Dim>
      ) : null}
    </Stack>
  );
}
