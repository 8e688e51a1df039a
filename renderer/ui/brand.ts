/**
 * Name, mark and accent: the one place a house that ships its own station edits. Outcome colours are not here,
 * because green, red and amber mean the same on every floor.
 */
export const brand = {
  name: 'Rootline',
  tagline: 'Gives chips their identity',
  /** Accent and the second colour of the mark's gradient, for each theme. */
  accent: { dark: '#7C5CFF', light: '#5B3DF0', contrast: '#B9A8FF' },
  mark: { from: '#7C5CFF', to: '#35C28A' },
} as const;
