import { styled } from '@mui/material/styles';
import { useRef, useState, type DragEvent, type KeyboardEvent } from 'react';
import type { FixtureLayout } from '#contract/bench.ts';
import { Dim, Spoken } from '#ui/pieces/text.tsx';
import { add, letters, move, remove, siteAt } from './fixture-edit.ts';
import { RenameDialog } from './RenameDialog.tsx';

const Grid = styled('div')({ display: 'grid', gap: 10, alignSelf: 'start', outline: 'none' });
const Cell = styled('button')(({ theme }) => ({
  position: 'relative',
  minWidth: 92,
  minHeight: 76,
  display: 'flex',
  flexDirection: 'column',
  alignItems: 'center',
  justifyContent: 'center',
  gap: 2,
  borderRadius: 12,
  border: `2px dashed ${theme.tokens.edge}`,
  background: 'transparent',
  color: theme.tokens.dim,
  font: 'inherit',
  fontSize: 15,
  cursor: 'pointer',
  '&[data-site]': {
    borderStyle: 'solid',
    background: theme.tokens.raised,
    color: theme.tokens.text,
    fontSize: 20,
    fontWeight: 750,
  },
  '& small': { fontSize: 12.5, fontWeight: 500, color: theme.tokens.dim },
}));

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

interface Props {
  layout: FixtureLayout;
  /** Sites that something is bound to: they move and are not taken away. */
  held: ReadonlySet<string>;
  /** Sites of the virtual bench: they stay as they are. */
  fixed: ReadonlySet<string>;
  editable: boolean;
  onChange: (layout: FixtureLayout) => void;
  onUndo: () => void;
  onRedo: () => void;
}

/** The fixture from above, one button for each place. */
export function FixtureGrid({ layout, held, fixed, editable, onChange, onUndo, onRedo }: Props) {
  const [at, setAt] = useState<readonly [number, number]>([0, 0]);
  const [naming, setNaming] = useState<string | null>(null);
  const grid = useRef<HTMLDivElement>(null);
  const movable = (site: string | null): site is string => site !== null && editable && !fixed.has(site);
  const focus = (row: number, column: number) => {
    if (row < 0 || column < 0 || row >= layout.rows || column >= layout.columns) return;
    setAt([row, column]);
    grid.current?.querySelector<HTMLElement>(`[data-place="${row} ${column}"]`)?.focus();
  };
  const press = (row: number, column: number) => {
    const site = siteAt(layout, row, column);
    if (site === null && editable) onChange(add(layout, row, column));
    else if (movable(site) && !held.has(site)) setNaming(site);
  };
  const key = (event: KeyboardEvent, row: number, column: number) => {
    const site = siteAt(layout, row, column);
    const arrow = ARROWS[event.key];
    if (arrow) {
      const [to, over] = [row + arrow[0], column + arrow[1]];
      if (event.shiftKey && movable(site) && !fixed.has(siteAt(layout, to, over) ?? ''))
        onChange(move(layout, site, to, over));
      focus(to, over);
    } else if (event.key === 'Delete' && movable(site) && !held.has(site)) onChange(remove(layout, site));
    else if (event.ctrlKey && event.key === 'z') onUndo();
    else if (event.ctrlKey && (event.key === 'y' || event.key === 'Z')) onRedo();
    else return;
    event.preventDefault();
  };
  const drop = (event: DragEvent, row: number, column: number) => {
    event.preventDefault();
    const site = event.dataTransfer.getData('text/plain');
    if (movable(site) && !fixed.has(siteAt(layout, row, column) ?? ''))
      onChange(move(layout, site, row, column));
  };
  const cells = Array.from({ length: layout.rows * layout.columns }, (_, index) => {
    const [row, column] = [Math.floor(index / layout.columns), index % layout.columns];
    const site = siteAt(layout, row, column);
    const note =
      site === null ? 'Free' : fixed.has(site) ? 'Virtual' : held.has(site) ? 'Bound' : 'Not bound';
    return (
      <Cell
        key={index}
        type="button"
        data-place={`${row} ${column}`}
        data-site={site ?? undefined}
        tabIndex={at[0] === row && at[1] === column ? 0 : -1}
        draggable={movable(site)}
        onDragStart={(event) => event.dataTransfer.setData('text/plain', site ?? '')}
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => drop(event, row, column)}
        onFocus={() => setAt([row, column])}
        onClick={() => press(row, column)}
        onKeyDown={(event) => key(event, row, column)}
      >
        {site ?? '+'}
        <small>{note}</small>
        <Spoken>
          row {letters(row)}, column {column + 1}
        </Spoken>
      </Cell>
    );
  });
  return (
    <>
      <Grid
        ref={grid}
        role="group"
        aria-label="Places of the fixture"
        style={{ gridTemplateColumns: `repeat(${layout.columns}, minmax(92px, 120px))` }}
      >
        {cells}
      </Grid>
      <Dim>
        {layout.places.length} of {layout.rows * layout.columns} places have a site.
      </Dim>
      {naming === null ? null : (
        <RenameDialog layout={layout} site={naming} onChange={onChange} onClose={() => setNaming(null)} />
      )}
    </>
  );
}
