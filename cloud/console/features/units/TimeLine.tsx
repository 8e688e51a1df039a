import { styled } from '@mui/material/styles';
import type { UnitDetail } from '#cloud/contract/views.ts';
import { dateTime } from '#ui/format.ts';
import { OutcomeIcon } from '#ui/outcome/OutcomeIcon.tsx';
import { CopyText } from '#ui/pieces/CopyText.tsx';
import { Empty } from '#ui/pieces/states.tsx';
import { Dim, Spoken } from '#ui/pieces/text.tsx';
import type { Look } from '#cloud/console/pieces/words.ts';

type Entry = UnitDetail['timeline'][number];
const List = styled('ol')({ listStyle: 'none', margin: 0, padding: 0 });
const Item = styled('li')(({ theme }) => ({
  display: 'grid',
  gridTemplateColumns: '150px 22px 96px minmax(0, 1fr)',
  gap: 14,
  alignItems: 'start',
  padding: '8px 0',
  borderBottom: `1px solid ${theme.tokens.line}`,
  fontSize: 14,
}));
const LOOK: Record<Entry['state'], Look> = {
  neutral: { shape: 'dashed', tone: 'idle', word: '' },
  ok: { shape: 'circle', tone: 'pass', word: 'fine' },
  failed: { shape: 'octagon', tone: 'fail', word: 'failed' },
  unknown: { shape: 'diamond', tone: 'unknown', word: 'not known' },
};
const KINDS: Record<Entry['kind'], string> = {
  attempt: 'Attempt',
  certificate: 'Certificate',
  record: 'Record',
  onboarding: 'Onboarding',
  revocation: 'Revocation',
  event: 'Event',
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

/** Everything that is known of the unit, in the order of time. */
export function TimeLine({ entries }: { entries: readonly Entry[] }) {
  if (entries.length === 0) return <Empty title="Nothing was handed over yet" />;
  return (
    <List>
      {entries.map((entry, index) => {
        const look = LOOK[entry.state];
        return (
          <Item key={`${entry.at} ${index}`}>
            <Dim>{dateTime(entry.at)}</Dim>
            <OutcomeIcon shape={look.shape} tone={look.tone} size={20} />
            <Dim>{KINDS[entry.kind]}</Dim>
            <div>
              <b>{entry.title}</b> <Spoken>{look.word}</Spoken>{' '}
              <Dim>
                <Detail text={entry.detail} />
              </Dim>
            </div>
          </Item>
        );
      })}
    </List>
  );
}
