/** Suggestions for the fault field, by their names in docs/virtual-bench.md; the bench itself checks what is asked. */
export const FAULTS: Readonly<Record<string, string>> = {
  'agent:high-noise': 'Many bit errors: the quality gate refuses the part',
  'agent:wrong-signature': 'The proof of possession does not hold',
  'agent:helper-corrupt': 'Helper data damaged: no read finds the identity',
  'wrong-chip': 'Another product answers',
  'wrong-uid': 'The chip gives another unique id',
  'drop-answer': 'One answer is not sent',
  'corrupt-checksum': 'One answer does not add up',
  garbage: 'Noise before one answer',
  'delay 500': 'One answer comes half a second late',
  'nak D4': 'One command is refused',
  'power-cut-mid-write 20': 'Power fails in the 20th write',
  'lock-silent': 'Locked, but not answered',
  'lock-lost': 'Neither locked nor answered',
  'bad-cell 02010000': 'One flash cell reads wrong',
};
