import { styled } from '@mui/material/styles';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import type { UnitRow } from '#contract/units.ts';
import { UnitLine, LINE_HEIGHT, COLUMNS } from './UnitLine.tsx';

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
  gridTemplateColumns: COLUMNS,
  gap: 12,
  padding: '10px 18px',
  background: theme.tokens.panel,
  borderBottom: `1px solid ${theme.tokens.line}`,
  fontSize: 12.5,
  color: theme.tokens.dim,
}));
const Rows = styled('div')({ position: 'relative' });
const HEADS = ['Outcome', 'Device ID', 'Chip UID', 'Lot', 'Site', 'Tries', 'Time'];
const PAGE_ROWS = 10;

interface Props {
  rows: readonly UnitRow[];
  total: number | null;
  onEnd: () => void;
  onOpen: (unit: UnitRow) => void;
}

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

/** The found units: only the rows in sight exist, arrows move, Enter opens, and the next page comes before the end does. */
export function UnitTable({ rows, total, onEnd, onOpen }: Props) {
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
    if (lastShown >= rows.length - 20) onEnd();
  }, [lastShown, rows.length, onEnd]);
  const onKey = (event: KeyboardEvent) => {
    const row = rows[at];
    const next = target(event.key, at, rows.length - 1);
    if (event.key === 'Enter' && row) onOpen(row);
    if (next === null) return;
    event.preventDefault();
    setAt(next);
    virtual.scrollToIndex(next);
  };
  return (
    <Table
      ref={scroller}
      role="grid"
      aria-label="Units found"
      aria-rowcount={total ?? -1}
      aria-activedescendant={items.some((item) => item.index === at) ? `unit-${at}` : undefined}
      tabIndex={0}
      onKeyDown={onKey}
    >
      <Head role="row">
        {HEADS.map((head) => (
          <span key={head} role="columnheader">
            {head}
          </span>
        ))}
      </Head>
      <Rows role="rowgroup" style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          return (
            <UnitLine
              key={item.key}
              unit={row}
              index={item.index}
              start={item.start}
              active={item.index === at}
              onOpen={onOpen}
            />
          );
        })}
      </Rows>
    </Table>
  );
}
