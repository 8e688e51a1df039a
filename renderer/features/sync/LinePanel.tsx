import { styled } from '@mui/material/styles';
import type { SyncView } from '#contract/sync.ts';
import { useSeconds, useWallClock } from '#ui/clock.ts';
import { dateTime, since } from '#ui/format.ts';
import { OutcomeIcon } from '#ui/outcome/OutcomeIcon.tsx';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Panel, Row } from '#ui/pieces/layout.tsx';
import { Dim } from '#ui/pieces/text.tsx';
import type { Tone } from '#ui/theme/tokens.ts';
import { LINE_LOOKS, lineSentence, untilText } from './line-words.ts';
import { RestoredNotice } from './RestoredNotice.tsx';

const Word = styled('div', { shouldForwardProp: (prop) => prop !== 'tone' })<{ tone: Tone }>(
  ({ theme, tone }) => ({
    fontSize: 26,
    fontWeight: 750,
    lineHeight: 1.2,
    color: theme.tokens.tone[tone].main,
  }),
);
const Gap = styled('div')({ marginTop: 14 });
const Facts = styled('div')({
  marginLeft: 'auto',
  textAlign: 'right',
  flex: 'none',
  fontSize: 14,
  minWidth: 170,
});

function NextTry({ at }: { at: string }) {
  const now = useSeconds(true);
  return (
    <div className="num">
      Next try <b>{untilText(at, now)}</b>
    </div>
  );
}

/** How the line is, since when, when it tries again, and what went wrong last. */
export function LinePanel({ view }: { view: SyncView }) {
  const now = useWallClock();
  const look = LINE_LOOKS[view.state];
  const away = view.state === 'offline' && view.lastContact !== null;
  return (
    <Panel aria-label="Line" data-testid="line" data-state={view.state}>
      <Row sx={{ gap: 4 }}>
        <OutcomeIcon shape={look.shape} tone={look.tone} size={46} fraction={0.3} />
        <div style={{ minWidth: 0 }} role="status">
          <Word tone={look.tone}>
            {look.word}
            {away && view.lastContact !== null ? ` ${since(view.lastContact, now)}` : ''}
          </Word>
          <div>{lineSentence(view)}</div>
        </div>
        <Facts>
          {view.state === 'offline' && view.nextTryAt !== null ? <NextTry at={view.nextTryAt} /> : null}
          {view.state === 'none' || view.state === 'courier' ? null : (
            <Dim className="num">
              {view.lastContact === null ? 'Never reached yet' : `Last contact ${dateTime(view.lastContact)}`}
            </Dim>
          )}
        </Facts>
      </Row>
      {view.decision === 'restored' ? (
        <Gap>
          <RestoredNotice />
        </Gap>
      ) : null}
      {view.error !== null && view.decision === null ? (
        <Gap>
          <ErrorPanel error={view.error} details />
        </Gap>
      ) : null}
    </Panel>
  );
}
