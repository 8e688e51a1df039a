import { styled } from '@mui/material/styles';
import { Fragment, useRef } from 'react';
import type { FixtureLayout } from '#contract/bench.ts';
import { Dim, Spoken } from '#ui/pieces/text.tsx';
import { Edge, FixtureCell, Typed } from './FixtureCell.tsx';
import { letters, siteAt } from './fixture-edit.ts';
import { HOLD_WORDS, type Hold } from './place-notes.ts';
import { useDrag } from './use-drag.ts';
import { useGridKeys } from './use-grid-keys.ts';

const Grid = styled('div')({ display: 'grid', gap: 10, alignSelf: 'start' });
const Note = styled(Dim)({ minHeight: 24 });

interface Props {
  layout: FixtureLayout;
  /** Sites that something is bound to: they move and are not taken away. */
  held: ReadonlySet<string>;
  /** Sites of the virtual bench: they stay as they are. */
  fixed: ReadonlySet<string>;
  editable: boolean;
  onChange: (layout: FixtureLayout) => void;
}

const times = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** The fixture from above, one button for each place. */
export function FixtureGrid({ layout, held, fixed, editable, onChange }: Props) {
  const grid = useRef<HTMLDivElement>(null);
  const holdOf = (row: number, column: number): Hold => {
    const site = siteAt(layout, row, column);
    if (site === null) return 'free';
    return fixed.has(site) ? 'virtual' : held.has(site) ? 'bound' : 'unbound';
  };
  const keys = useGridKeys({ layout, holdOf, editable, onChange });
  const { drag, handlers, wasDrag } = useDrag((site, place) => {
    const from = layout.places.find((one) => one.site === site);
    const [row = 0, column = 0] = place.split(' ').map(Number);
    if (from !== undefined && keys.shift([from.row, from.column], [row, column])) keys.settle([row, column]);
  });
  const focus = (row: number, column: number) =>
    grid.current?.querySelector<HTMLElement>(`[data-place="${row} ${column}"]`)?.focus();
  const cell = (row: number, column: number) => {
    const site = siteAt(layout, row, column);
    const hold = holdOf(row, column);
    const here = keys.at[0] === row && keys.at[1] === column;
    const dragged = site !== null && drag?.site === site;
    const movable = site !== null && editable && hold !== 'virtual';
    return (
      <FixtureCell
        key={column}
        type="button"
        data-place={`${row} ${column}`}
        data-site={site ?? undefined}
        data-hold={editable ? hold : undefined}
        data-dragged={dragged}
        data-over={!dragged && drag?.over === `${row} ${column}` && hold !== 'virtual'}
        style={dragged ? { transform: `translate(${drag.dx}px, ${drag.dy}px)` } : undefined}
        tabIndex={here ? 0 : -1}
        {...(movable ? handlers(site) : {})}
        onFocus={() => (here ? undefined : keys.settle([row, column]))}
        onBlur={keys.leave}
        onClick={() => (movable && wasDrag() ? undefined : keys.press(row, column))}
        onKeyDown={(event) => {
          const went = keys.onKey(event);
          if (went !== false) event.preventDefault();
          if (typeof went === 'object') focus(...went);
        }}
      >
        {here && keys.typing !== '' ? <Typed>{keys.typing}</Typed> : <span>{site ?? '+'}</span>}
        <small>{HOLD_WORDS[hold]}</small>
        <Spoken>
          row {letters(row)}, column {column + 1}
        </Spoken>
      </FixtureCell>
    );
  };
  return (
    <>
      <Note role="status">{keys.note}</Note>
      <Grid
        ref={grid}
        role="group"
        aria-label="Places of the fixture"
        style={{ gridTemplateColumns: `24px repeat(${layout.columns}, minmax(76px, 120px))` }}
      >
        <Edge />
        {times(layout.columns).map((column) => (
          <Edge key={column} aria-hidden>
            {column + 1}
          </Edge>
        ))}
        {times(layout.rows).map((row) => (
          <Fragment key={row}>
            <Edge aria-hidden>{letters(row)}</Edge>
            {times(layout.columns).map((column) => cell(row, column))}
          </Fragment>
        ))}
      </Grid>
      <Dim>
        {layout.places.length} of {layout.rows * layout.columns} places have a site.
      </Dim>
    </>
  );
}
