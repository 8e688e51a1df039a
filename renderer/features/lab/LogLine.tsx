import { styled } from '@mui/material/styles';
import type { LogEntry } from '#contract/lab.ts';
import { Spoken } from '#ui/pieces/text.tsx';
import { MONO } from '#ui/theme/theme.ts';

const Line = styled('div')(({ theme }) => ({
  position: 'absolute',
  insetInline: 0,
  padding: '4px 10px',
  overflow: 'hidden',
  borderBottom: `1px solid ${theme.tokens.line}`,
  fontSize: 13,
  lineHeight: '20px',
  '& > div': { display: 'flex', gap: 8, alignItems: 'baseline', whiteSpace: 'nowrap' },
}));
const Arrow = styled('span', { shouldForwardProp: (prop) => prop !== 'sent' })<{ sent: boolean }>(
  ({ theme, sent }) => ({
    width: 16,
    fontWeight: 750,
    color: sent ? theme.tokens.tone.run.main : theme.tokens.tone.pass.main,
  }),
);
const Word = styled('span', { shouldForwardProp: (prop) => prop !== 'tone' })<{ tone: 'fail' | 'unknown' }>(
  ({ theme, tone }) => ({ color: theme.tokens.tone[tone].main, fontWeight: 650 }),
);
const Quiet = styled('span')(({ theme }) => ({ color: theme.tokens.dim }));
const Hex = styled('span')(({ theme }) => ({
  fontFamily: MONO,
  fontSize: 12,
  color: theme.tokens.dim,
  overflow: 'hidden',
  textOverflow: 'ellipsis',
}));

const spaced = (hex: string): string => hex.match(/../g)?.join(' ') ?? '';

/** One frame: which way, when, what it is called, and its bytes. */
export function LogLine({ entry, top, height }: { entry: LogEntry; top: number; height: number }) {
  const sent = entry.direction === 'sent';
  const [, time = ''] = /T(\d\d:\d\d:\d\d\.\d{3})/.exec(entry.at) ?? [];
  return (
    <Line style={{ top, height }}>
      <div>
        <Arrow sent={sent} aria-hidden>
          {sent ? '→' : '←'}
        </Arrow>
        <Spoken>{sent ? 'sent' : 'received'}</Spoken>
        <Quiet className="num">{time}</Quiet>
        <strong>{entry.title}</strong>
        <Quiet>{entry.detail}</Quiet>
        {entry.fault ? <Word tone="fail">✕ Broken</Word> : null}
        {entry.redacted ? <Word tone="unknown">•• Key not shown</Word> : null}
      </div>
      <div>
        <Hex title={spaced(entry.hex)}>{spaced(entry.hex)}</Hex>
        {entry.bytes * 2 > entry.hex.length ? <Quiet>of {entry.bytes} B</Quiet> : null}
      </div>
    </Line>
  );
}
