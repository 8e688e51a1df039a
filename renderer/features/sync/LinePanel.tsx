import { styled } from '@mui/material/styles';
import type { ErrorView } from '#contract/errors.ts';
import type { SyncView } from '#contract/sync.ts';
import { useSeconds, useWallClock } from '#ui/clock.ts';
import { since } from '#ui/format.ts';
import { OutcomeIcon } from '#ui/outcome/OutcomeIcon.tsx';
import { CopyText } from '#ui/pieces/CopyText.tsx';
import { Panel, Row } from '#ui/pieces/layout.tsx';
import { Notice } from '#ui/pieces/Notice.tsx';
import { Dim } from '#ui/pieces/text.tsx';
import type { Tone } from '#ui/theme/tokens.ts';
import { contactText, LINE_LOOKS, lineSentence, untilText } from './line-words.ts';
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

/** The last failure. A line that is only away is no alarm: it tries again by itself. */
function LineError({ view, error }: { view: SyncView; error: ErrorView }) {
  return (
    <Notice tone={view.state === 'stopped' ? 'fail' : 'unknown'} role="status">
      <b>{error.what}</b>
      {error.chip === null ? null : <div>{error.chip}</div>}
      <div>{error.next}</div>
      <div style={{ marginTop: 6 }}>
        <CopyText text={error.code} label="error code" />
      </div>
    </Notice>
  );
}

const MINUTE_MS = 60_000;

/** ` 3 d` behind the word, once it is worth a number. */
function awayText({ state, lastContact }: SyncView, now: number): string {
  if (state !== 'offline' || lastContact === null) return '';
  return now - Date.parse(lastContact) < MINUTE_MS ? '' : ` ${since(lastContact, now)}`;
}

/** How the line is, since when, when it tries again, and what went wrong last. */
export function LinePanel({ view }: { view: SyncView }) {
  const now = useWallClock();
  const look = LINE_LOOKS[view.state];
  return (
    <Panel aria-label="Line" data-testid="line" data-state={view.state}>
      <Row sx={{ gap: 4 }}>
        <OutcomeIcon shape={look.shape} tone={look.tone} size={46} fraction={0.3} />
        <div style={{ minWidth: 0 }} role="status">
          <Word tone={look.tone}>
            {look.word}
            {awayText(view, now)}
          </Word>
          <div>{lineSentence(view)}</div>
        </div>
        <Facts>
          {view.state === 'offline' && view.nextTryAt !== null ? <NextTry at={view.nextTryAt} /> : null}
          {view.state === 'courier' ? null : <Dim>{contactText(view, now)}</Dim>}
        </Facts>
      </Row>
      {view.decision === 'restored' ? (
        <Gap>
          <RestoredNotice />
        </Gap>
      ) : null}
      {view.error !== null && view.decision === null ? (
        <Gap>
          <LineError view={view} error={view.error} />
        </Gap>
      ) : null}
    </Panel>
  );
}
