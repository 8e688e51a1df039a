/** Suggestions for the fault field, by their names in docs/virtual-bench.md; the bench itself checks what is asked. */
export const FAULTS = [
  'wrong-chip',
  'wrong-uid',
  'drop-answer',
  'corrupt-checksum',
  'garbage',
  'delay 500',
  'nak D4',
  'power-cut-mid-write 20',
  'lock-silent',
  'lock-lost',
  'bad-cell 02010000',
] as const;
