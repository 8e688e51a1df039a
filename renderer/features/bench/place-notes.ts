/** How a place of the fixture may be changed. */
export type Hold = 'free' | 'virtual' | 'bound' | 'unbound';

/** Below the label, in a word. */
export const HOLD_WORDS: Record<Hold, string> = {
  free: 'Free',
  virtual: 'Virtual',
  bound: 'Bound',
  unbound: 'Not bound',
};

/** What can be done at the place that the keyboard is on. */
export function noteOf(hold: Hold, site: string | null): string {
  const name = site ?? '';
  switch (hold) {
    case 'free':
      return 'A free place. Enter puts a socket here; type a label to give it another name.';
    case 'virtual':
      return `${name} belongs to the virtual bench and stays where it is.`;
    case 'bound':
      return `${name} has a board. Drag it, or move it with Shift and the arrows. Detach its board to rename or remove it.`;
    case 'unbound':
      return `${name} has no board. Drag it, or move it with Shift and the arrows. Type to rename it, Delete removes it.`;
  }
}
