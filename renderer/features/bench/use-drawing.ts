import { useState } from 'react';
import type { FixtureLayout } from '#contract/bench.ts';
import { drawingOf, redo, sameLayout, step, undo } from './fixture-edit.ts';

/** A drawing of the fixture that the station has; what somebody else saves meanwhile does not take it away. */
export function useDrawing(station: FixtureLayout) {
  const [drawing, setDrawing] = useState(() => drawingOf(station));
  const [base, setBase] = useState(station);
  const changed = !sameLayout(drawing.now, base);
  const moved = !sameLayout(station, base);
  const take = (layout: FixtureLayout) => {
    setBase(layout);
    setDrawing(drawingOf(layout));
  };
  // Nothing drawn yet: the screen follows the station.
  if (moved && !changed) take(station);
  return {
    now: drawing.now,
    changed,
    /** The station has another fixture than the one that this drawing began with. */
    overtaken: moved && changed && !sameLayout(drawing.now, station),
    canUndo: drawing.past.length > 0,
    canRedo: drawing.future.length > 0,
    draw: (next: (now: FixtureLayout) => FixtureLayout) => setDrawing((one) => step(one, next(one.now))),
    undo: () => setDrawing(undo),
    redo: () => setDrawing(redo),
    take,
  };
}
