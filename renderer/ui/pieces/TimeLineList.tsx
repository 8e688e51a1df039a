import { styled } from '@mui/material/styles';
import { dateTime } from '#ui/format.ts';
import type { Shape } from '#ui/outcome/outcome.ts';
import { OutcomeIcon } from '#ui/outcome/OutcomeIcon.tsx';
import { CopyText } from '#ui/pieces/CopyText.tsx';
import { Dim, Spoken } from '#ui/pieces/text.tsx';
import type { Tone } from '#ui/theme/tokens.ts';

const List = styled('ol')({ listStyle: 'none', margin: 0, padding: 0 });
const Item = styled('li')(({ theme }) => ({
  display: 'grid',
  gridTemplateColumns: '168px 24px 96px minmax(0, 1fr)',
  gap: 14,
  alignItems: 'start',
  padding: '7px 0',
  borderBottom: `1px solid ${theme.tokens.line}`,
  fontSize: 14,
}));
const LOOK: Record<TimeLineRow['state'], { shape: Shape; tone: Tone; word: string }> = {
  neutral: { shape: 'dashed', tone: 'idle', word: '' },
  ok: { shape: 'circle', tone: 'pass', word: 'fine' },
  failed: { shape: 'octagon', tone: 'fail', word: 'failed' },
  unknown: { shape: 'diamond', tone: 'unknown', word: 'not known' },
};

const HASH = /([0-9a-f]{16,})/;
/** Digits of a hash at either end: enough to tell two apart by eye. */
const ENDS = 8;

/** Text in which hashes are short, and copied whole. */
function Detail({ text }: { text: string }) {
  // Split by a group: every other piece is a hash.
  return text
    .split(HASH)
    .map((piece, index) =>
      index % 2 === 0 ? (
        piece
      ) : (
        <CopyText
          key={index}
          text={piece}
          label="value"
          shown={`${piece.slice(0, ENDS)}…${piece.slice(-ENDS)}`}
        />
      ),
    );
}

export interface TimeLineRow {
  key: string | number;
  at: string;
  kind: string;
  title: string;
  detail: string;
  state: 'neutral' | 'ok' | 'failed' | 'unknown';
}

/** What happened, one line each: when, how it came out, what kind, and the facts. */
export function TimeLineList({ rows }: { rows: readonly TimeLineRow[] }) {
  return (
    <List>
      {rows.map(({ key, at, kind, title, detail, state }) => {
        const look = LOOK[state];
        return (
          <Item key={key}>
            <Dim>{dateTime(at)}</Dim>
            <OutcomeIcon shape={look.shape} tone={look.tone} size={20} />
            <Dim>{kind}</Dim>
            <div>
              <b>{title}</b> <Spoken>{look.word}</Spoken>{' '}
              <Dim>
                <Detail text={detail} />
              </Dim>
            </div>
          </Item>
        );
      })}
    </List>
  );
}
