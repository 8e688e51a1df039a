import { styled } from '@mui/material/styles';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { MONO } from '#ui/theme/theme.ts';

export interface Column<T> {
  head: string;
  /** One track of a CSS grid. */
  width: string;
  cell: (row: T) => ReactNode;
  /** Whole text of a cell that may be cut off. */
  title?: (row: T) => string | undefined;
  kind?: 'number' | 'mono';
}
interface Props<T> {
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string;
  onOpen?: ((row: T) => void) | undefined;
  onEnd?: () => void;
}

const LINE_HEIGHT = 52;
const PAGE_ROWS = 10;
/** Rows before the end at which the next page is asked for. */
const AHEAD = 20;

const Table = styled('div')(({ theme }) => ({
  flex: 1,
  minHeight: 0,
  overflow: 'auto',
  borderRadius: '14px 14px 0 0',
  border: `1px solid ${theme.tokens.line}`,
  borderBottom: 0,
  background: theme.tokens.panel,
}));
const Head = styled('div')(({ theme }) => ({
  position: 'sticky',
  top: 0,
  zIndex: 1,
  display: 'grid',
  gap: 14,
  padding: '10px 18px',
  background: theme.tokens.panel,
  borderBottom: `1px solid ${theme.tokens.line}`,
  fontSize: 12.5,
  whiteSpace: 'nowrap',
  color: theme.tokens.dim,
  '& [data-kind="number"]': { textAlign: 'right', paddingRight: 10 },
}));
const Rows = styled('div')({ position: 'relative' });
const Line = styled('div')(({ theme }) => ({
  position: 'absolute',
  left: 0,
  right: 0,
  height: LINE_HEIGHT,
  display: 'grid',
  gap: 14,
  alignItems: 'center',
  padding: '0 18px',
  fontSize: 14,
  borderBottom: `1px solid ${theme.tokens.line}`,
  '& > span': { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
  '& > [data-kind="number"]': { textAlign: 'right', paddingRight: 10, fontVariantNumeric: 'tabular-nums' },
  '& > [data-kind="mono"]': { fontFamily: MONO, fontSize: 13 },
  '&[data-opens="true"]': { cursor: 'pointer' },
  '&[data-opens="true"]:hover': { background: theme.tokens.raised },
  '[role="grid"]:focus-visible &[aria-selected="true"]': {
    outline: `3px solid ${theme.tokens.text}`,
    outlineOffset: -3,
  },
}));

function target(key: string, at: number, last: number): number | null {
  const to: Record<string, number> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + PAGE_ROWS,
    PageUp: at - PAGE_ROWS,
    Home: 0,
    End: last,
  };
  const next = to[key];
  return next === undefined ? null : Math.min(last, Math.max(0, next));
}

/** A long list: only the rows in sight exist, arrows move, Enter opens, and the next page comes before the end does. */
export function DataGrid<T>({ label, columns, rows, keyOf, onOpen, onEnd }: Props<T>) {
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(0);
  // eslint-disable-next-line react-hooks/incompatible-library -- the virtualizer is read in this component only, never passed on.
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_HEIGHT,
    overscan: 8,
    scrollPaddingStart: 44,
  });
  const items = virtual.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (lastShown >= rows.length - AHEAD) onEnd?.();
  }, [lastShown, rows.length, onEnd]);
  const onKey = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    const row = rows[at];
    const next = target(event.key, at, rows.length - 1);
    if (event.key === 'Enter' && row) onOpen?.(row);
    if (next === null) return;
    event.preventDefault();
    setAt(next);
    virtual.scrollToIndex(next);
  };
  const gridTemplateColumns = columns.map(({ width }) => width).join(' ');
  return (
    <Table
      ref={scroller}
      role="grid"
      aria-label={label}
      aria-rowcount={-1}
      aria-activedescendant={items.some((item) => item.index === at) ? `${id}-${at}` : undefined}
      tabIndex={0}
      onKeyDown={onKey}
    >
      <Head role="row" style={{ gridTemplateColumns }}>
        {columns.map(({ head, kind }) => (
          <span key={head} role="columnheader" data-kind={kind}>
            {head}
          </span>
        ))}
      </Head>
      <Rows role="rowgroup" style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          return (
            <Line
              key={keyOf(row)}
              id={`${id}-${item.index}`}
              role="row"
              aria-rowindex={item.index + 2}
              aria-selected={item.index === at}
              data-opens={onOpen !== undefined}
              style={{ top: item.start, gridTemplateColumns }}
              onClick={() => onOpen?.(row)}
            >
              {columns.map(({ head, cell, title, kind }) => (
                <span key={head} role="gridcell" data-kind={kind} title={title?.(row)}>
                  {cell(row)}
                </span>
              ))}
            </Line>
          );
        })}
      </Rows>
    </Table>
  );
}
