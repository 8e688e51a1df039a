import { useRef, useState, type PointerEvent } from 'react';

export interface Drag {
  site: string;
  /** How far it is from its place, px. */
  dx: number;
  dy: number;
  /** The place under the pointer, `row column`; null: beside the fixture. */
  over: string | null;
}

/** Less is a hand that trembles on a touch, px. */
const THRESHOLD = 8;

/** The place below what is dragged, which is under the pointer itself. */
const placeUnder = ({ clientX, clientY, currentTarget }: PointerEvent<HTMLElement>): string | null =>
  document
    .elementsFromPoint(clientX, clientY)
    .map((element) => element.closest<HTMLElement>('[data-place]'))
    .find((place) => place !== null && place !== currentTarget)?.dataset['place'] ?? null;

/** Moves a site by mouse, pen or finger; `onDrop` hears the place that it was let go on. */
export function useDrag(onDrop: (site: string, place: string) => void) {
  const [drag, setDrag] = useState<Drag | null>(null);
  const from = useRef<{ site: string; x: number; y: number } | null>(null);
  const dragged = useRef(false);
  const end = () => {
    from.current = null;
    setDrag(null);
  };
  /** For a site that may be moved. */
  const handlers = (site: string) => ({
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      dragged.current = false;
      if (event.button !== 0) return;
      from.current = { site, x: event.clientX, y: event.clientY };
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      if (from.current === null) return;
      const [dx, dy] = [event.clientX - from.current.x, event.clientY - from.current.y];
      if (!dragged.current && Math.hypot(dx, dy) < THRESHOLD) return;
      dragged.current = true;
      setDrag({ site, dx, dy, over: placeUnder(event) });
    },
    onPointerUp: (event: PointerEvent<HTMLElement>) => {
      const place = placeUnder(event);
      if (dragged.current && from.current !== null && place !== null) onDrop(site, place);
      end();
    },
    onPointerCancel: end,
  });
  /** Whether the click that ends a drag is what came: it presses nothing. */
  const wasDrag = () => dragged.current;
  return { drag, handlers, wasDrag };
}
