import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  addAs,
  drawingOf,
  letters,
  move,
  redo,
  remove,
  rename,
  resize,
  sameLayout,
  siteAt,
  step,
  undo,
} from './fixture-edit.ts';

const layout = {
  ...{ rows: 2, columns: 3 },
  places: [
    { site: 'A1', row: 0, column: 0 },
    { site: 'A2', row: 0, column: 1 },
  ],
};

describe('drawing a fixture', () => {
  it('moves to a free place, and lets two change theirs', () => {
    expect(siteAt(move(layout, 'A1', 1, 2), 1, 2)).toBe('A1');
    const swapped = move(layout, 'A1', 0, 1);
    expect([siteAt(swapped, 0, 0), siteAt(swapped, 0, 1)]).toEqual(['A2', 'A1']);
    expect(move(layout, 'A1', -1, 0)).toBe(layout);
    expect(move(layout, 'A1', 0, 3)).toBe(layout);
  });
  it('names a new site by its place, and goes on where that is taken', () => {
    expect(siteAt(add(layout, 1, 1), 1, 1)).toBe('B2');
    const other = move(layout, 'A2', 1, 0);
    expect(siteAt(add(other, 0, 1), 0, 1)).toBe('A3');
    expect(add(layout, 0, 0)).toBe(layout);
  });
  it('renames to a label that is one and is free', () => {
    expect(rename(layout, 'A1', 'C7')?.places[0]).toEqual({ site: 'C7', row: 0, column: 0 });
    expect(rename(layout, 'A1', 'A2')).toBeNull();
    expect(rename(layout, 'A1', 'a1')).toBeNull();
    expect(rename(layout, 'A1', '')).toBeNull();
  });
  it('names a new site as it was typed, on a free place only', () => {
    expect(siteAt(addAs(layout, 1, 1, 'D9') ?? layout, 1, 1)).toBe('D9');
    expect(addAs(layout, 1, 1, 'A1')).toBeNull();
    expect(addAs(layout, 1, 1, 'D')).toBeNull();
    expect(addAs(layout, 0, 0, 'D9')).toBeNull();
  });
  it('is the same in any order of its list, and not with a site elsewhere', () => {
    expect(sameLayout(layout, { ...layout, places: layout.places.toReversed() })).toBe(true);
    expect(sameLayout(layout, move(layout, 'A1', 1, 2))).toBe(false);
    expect(sameLayout(layout, { ...layout, rows: 3 })).toBe(false);
  });
  it('never gets so small that a site stands outside', () => {
    expect(resize(layout, 1, 1)).toMatchObject({ rows: 1, columns: 2 });
    expect(resize(layout, 99, 99)).toMatchObject({ rows: 16, columns: 16 });
    expect(resize(remove(remove(layout, 'A1'), 'A2'), 0, 0)).toMatchObject({ rows: 1, columns: 1 });
  });
  it('letters rows as sheets do', () => {
    expect([0, 25, 26, 27].map(letters)).toEqual(['A', 'Z', 'AA', 'AB']);
  });
  it('undoes and redoes any steps to the same drawing, and no two sites are ever on one place', () => {
    const place = fc.record({
      row: fc.nat(2),
      column: fc.nat(3),
      kind: fc.constantFrom('add', 'move', 'remove'),
    });
    fc.assert(
      fc.property(fc.array(place, { maxLength: 20 }), (steps) => {
        const start = drawingOf(layout);
        const end = steps.reduce((drawing, { row, column, kind }) => {
          const [first = ''] = drawing.now.places.map(({ site }) => site);
          if (kind === 'add')
            return step(drawing, row < 2 && column < 3 ? add(drawing.now, row, column) : drawing.now);
          return step(
            drawing,
            kind === 'move' ? move(drawing.now, first, row, column) : remove(drawing.now, first),
          );
        }, start);
        const keys = end.now.places.map((one) => `${one.row} ${one.column}`);
        expect(new Set(keys).size).toBe(keys.length);
        let back = end;
        while (back.past.length > 0) back = undo(back);
        expect(back.now).toEqual(layout);
        while (back.future.length > 0) back = redo(back);
        expect(back.now).toEqual(end.now);
      }),
    );
  });
});
