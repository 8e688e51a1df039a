import { styled } from '@mui/material/styles';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef } from 'react';
import { Spoken } from '#ui/pieces/text.tsx';
import { MONO } from '#ui/theme/theme.ts';
import { BYTES_PER_ROW, hexAddress, hexRows, type HexRow } from './hex-view.ts';

const ROW = 22;
const Frame = styled('div')(({ theme }) => ({
  position: 'relative',
  overflow: 'auto',
  margin: '10px 0',
  borderRadius: 8,
  border: `1px solid ${theme.tokens.line}`,
  background: theme.tokens.ground,
  fontFamily: MONO,
  fontSize: 11.5,
  lineHeight: `${ROW}px`,
}));
const Line = styled('div')(({ theme }) => ({
  position: 'absolute',
  insetInline: 0,
  height: ROW,
  display: 'flex',
  gap: 14,
  padding: '0 10px',
  whiteSpace: 'pre',
  '& > :first-of-type': { color: theme.tokens.dim },
  // Not by colour alone: a changed byte is underlined as well.
  '& mark': {
    background: 'none',
    color: theme.tokens.tone.unknown.main,
    textDecoration: 'underline',
    fontWeight: 700,
  },
}));

interface Props {
  start: number;
  hex: string;
  before: string | null;
  /** Bytes of a row. */
  perRow?: number;
  /** Of the view, px. */
  height?: number;
  label?: string;
}

/** Address, sixteen bytes, and what they say as text; bytes that differ from the last reading are marked. */
export function HexView({
  start,
  hex,
  before,
  perRow = BYTES_PER_ROW,
  height = 266,
  label = 'What was read',
}: Props) {
  const rows = useMemo(() => hexRows(start, hex, before, perRow), [start, hex, before, perRow]);
  const frame = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- the virtualizer is read in this component only, never passed on.
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW,
    overscan: 10,
  });
  const changed = rows.reduce((sum, row) => sum + row.changed.filter(Boolean).length, 0);
  return (
    <Frame ref={frame} tabIndex={0} role="region" aria-label={label} style={{ height }}>
      <Spoken role="status">{before === null ? '' : `${changed} bytes differ from the last reading`}</Spoken>
      <div style={{ height: list.getTotalSize() }}>
        {list.getVirtualItems().map(({ index, start: top }) => {
          const row = rows[index];
          return row ? <HexLine key={index} row={row} top={top} /> : null;
        })}
      </div>
    </Frame>
  );
}

function HexLine({ row, top }: { row: HexRow; top: number }) {
  return (
    <Line style={{ top }}>
      <span>{hexAddress(row.address)}</span>
      <span>
        {row.bytes.map((byte, index) => (
          <span key={index}>
            {row.changed[index] ? <mark>{byte}</mark> : byte}
            {index === 7 && row.bytes.length > 8 ? '  ' : ' '}
          </span>
        ))}
      </span>
      <span>{row.text}</span>
    </Line>
  );
}
