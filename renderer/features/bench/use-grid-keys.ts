import { useRef, useState, type KeyboardEvent } from 'react';
import type { FixtureLayout } from '#contract/bench.ts';
import { add, addAs, move, remove, rename, siteAt } from './fixture-edit.ts';
import { noteOf, type Hold } from './place-notes.ts';

type Spot = readonly [row: number, column: number];

const ARROWS: Readonly<Record<string, Spot>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

interface Grid {
  layout: FixtureLayout;
  holdOf: (row: number, column: number) => Hold;
  editable: boolean;
  onChange: (layout: FixtureLayout) => void;
}

/** The keyboard on the fixture: where it is, what is being typed, and what it was refused. */
export function useGridKeys({ layout, holdOf, editable, onChange }: Grid) {
  const [at, setAt] = useState<Spot>([0, 0]);
  const [typing, show] = useState('');
  // Leaving a place takes what was typed, and comes before the screen knows of the last key.
  const typed = useRef('');
  const setTyping = (text: string) => {
    typed.current = text;
    show(text);
  };
  const [refused, setRefused] = useState<string | null>(null);
  const movable = ([row, column]: Spot) => ['bound', 'unbound'].includes(holdOf(row, column)) && editable;
  const inside = ([row, column]: Spot) =>
    row >= 0 && column >= 0 && row < layout.rows && column < layout.columns;
  const settle = (next: Spot) => {
    setAt(next);
    setTyping('');
    setRefused(null);
  };
  /** Takes what was typed for the place; false: it is no label, or taken. */
  const take = (): boolean => {
    const label = typed.current;
    if (label === '') return true;
    const site = siteAt(layout, ...at);
    const next = site === null ? addAs(layout, ...at, label) : rename(layout, site, label);
    if (next === null) setRefused(`${label}: one or two letters and a number that no other socket has.`);
    else onChange(next);
    if (next !== null) setTyping('');
    return next !== null;
  };
  /** Moves one site onto a place, where both may be moved. */
  const shift = (from: Spot, to: Spot): boolean => {
    const site = siteAt(layout, ...from);
    if (!inside(to) || site === null || !movable(from) || holdOf(...to) === 'virtual') return false;
    onChange(move(layout, site, ...to));
    return true;
  };
  const write = (key: string) => {
    const hold = holdOf(...at);
    if (hold === 'bound' || hold === 'virtual') setRefused(noteOf(hold, siteAt(layout, ...at)));
    else setTyping((typed.current + key.toUpperCase()).slice(0, 5));
  };
  const press = (row: number, column: number) => {
    settle([row, column]);
    if (holdOf(row, column) === 'free' && editable) onChange(add(layout, row, column));
  };
  const drop = () => {
    const [hold, site] = [holdOf(...at), siteAt(layout, ...at)];
    if (hold === 'unbound' && site !== null) onChange(remove(layout, site));
    else if (hold !== 'free') setRefused(noteOf(hold, site));
  };
  /** Returns the place to go to, or whether the key was meant for the fixture. */
  const onKey = (event: KeyboardEvent): Spot | boolean => {
    const { key } = event;
    const arrow = ARROWS[key];
    if (arrow !== undefined) {
      const to: Spot = [at[0] + arrow[0], at[1] + arrow[1]];
      const free = event.shiftKey ? shift(at, to) : take();
      return free && inside(to) ? to : true;
    }
    if (!editable || event.ctrlKey || event.altKey || event.metaKey) return false;
    // Keys of a scanner are already spoken for.
    if (/^[a-z0-9]$/i.test(key) && !event.defaultPrevented) return (write(key), true);
    if (key === 'Delete') return (drop(), true);
    if (typing === '') return false;
    if (key === 'Enter') return (take(), true);
    if (key === 'Escape') return (settle(at), true);
    if (key === 'Backspace') return (setTyping(typing.slice(0, -1)), true);
    return false;
  };
  const leave = () => {
    if (!take()) setTyping('');
  };
  const said =
    typing === '' ? noteOf(holdOf(...at), siteAt(layout, ...at)) : `Enter keeps ${typing}, Esc drops it.`;
  return { at, typing, note: refused ?? said, settle, press, shift, leave, onKey };
}
