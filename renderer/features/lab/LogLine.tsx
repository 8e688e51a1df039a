import { styled } from '@mui/material/styles';
import type { LogEntry } from '#contract/lab.ts';
import { Spoken } from '#ui/pieces/text.tsx';
import { MONO } from '#ui/theme/theme.ts';
import { sinceWords, spaced, timeOf } from './log-words.ts';

const Line = styled('div')(({ theme }) => ({
  position: 'absolute',
  insetInline: 0,
  padding: '4px 10px',
  overflow: 'hidden',
  borderBottom: `1px solid ${theme.tokens.line}`,
  fontSize: 13,
  lineHeight: '20px',
  cursor: 'pointer',
  '& > div': { display: 'flex', gap: 8, alignItems: 'baseline', whiteSpace: 'nowrap' },
  '&:hover': { background: theme.tokens.panel },
  '&[aria-selected="true"]': {
    background: theme.tokens.raised,
    boxShadow: `inset 3px 0 ${theme.tokens.text}`,
  },
  '[role="listbox"]:focus-visible &[aria-selected="true"]': {
    outline: `3px solid ${theme.tokens.text}`,
    outlineOffset: -3,
  },
}));
const Arrow = styled('span', { shouldForwardProp: (prop) => prop !== 'sent' })<{ sent: boolean }>(
  ({ theme, sent }) => ({
    width: 16,
    flex: 'none',
    fontWeight: 750,
    color: sent ? theme.tokens.tone.run.main : theme.tokens.tone.pass.main,
  }),
);
const Word = styled('span', { shouldForwardProp: (prop) => prop !== 'tone' })<{ tone: 'fail' | 'unknown' }>(
  ({ theme, tone }) => ({ flex: 'none', color: theme.tokens.tone[tone].main, fontWeight: 650 }),
);
const Quiet = styled('span')(({ theme }) => ({ color: theme.tokens.dim }));
const Detail = styled(Quiet)({ overflow: 'hidden', textOverflow: 'ellipsis' });
const Since = styled(Quiet)({ width: 46, flex: 'none', textAlign: 'right', fontSize: 12 });
const Hex = styled('span')(({ theme }) => ({
  fontFamily: MONO,
  fontSize: 12,
  color: theme.tokens.dim,
  overflow: 'hidden',
  textOverflow: 'ellipsis',
}));

interface Props {
  entry: LogEntry;
  /** The one above, for the time between them. */
  before: LogEntry | undefined;
  top: number;
  height: number;
  selected: boolean;
  onSelect: () => void;
}

/** One frame: which way, when, how long after the one before, what it is called, and its bytes. */
export function LogLine({ entry, before, top, height, selected, onSelect }: Props) {
  const sent = entry.direction === 'sent';
  return (
    <Line
      id={`frame-${entry.seq}`}
      role="option"
      aria-selected={selected}
      style={{ top, height }}
      onClick={onSelect}
    >
      <div>
        <Arrow sent={sent} aria-hidden>
          {sent ? '→' : '←'}
        </Arrow>
        <Spoken>{sent ? 'sent' : 'received'}</Spoken>
        <Quiet className="num">{timeOf(entry)}</Quiet>
        <Since className="num">{before === undefined ? '' : sinceWords(before, entry)}</Since>
        <strong style={{ flex: 'none' }}>{entry.title}</strong>
        <Detail>{entry.detail}</Detail>
      </div>
      <div>
        <Hex>{spaced(entry.hex)}</Hex>
        {entry.bytes * 2 > entry.hex.length ? <Quiet>of {entry.bytes} B</Quiet> : null}
        {entry.fault ? <Word tone="fail">✕ Broken</Word> : null}
        {entry.redacted ? <Word tone="unknown">•• Key not shown</Word> : null}
      </div>
    </Line>
  );
}
