/** What a family calls its states, moves, key slots and fuses: docs/targets/<family>.md has each. */
interface TargetWords {
  targets: RegExp;
  /** In the order in which a part goes through them. */
  states?: readonly string[];
  /** From the first of them on there is no way back. */
  final?: string;
  moves?: readonly string[];
  levels?: readonly string[];
  slots?: readonly string[];
  fuses?: readonly string[];
}

const WORDS: readonly TargetWords[] = [
  { targets: /^ra8/, states: ['CM', 'OEM', 'LCK_BOOT'], final: 'LCK_BOOT' },
  {
    targets: /^ra\d/,
    states: ['CM', 'SSD', 'NSECSD', 'DPL', 'LCK_DBG', 'LCK_BOOT'],
    final: 'LCK_DBG',
    moves: ['SSD', 'NSECSD', 'DPL', 'LCK_DBG', 'LCK_BOOT', 'RMA_REQ', 'UNLOCKED'],
    slots: ['SECDBG', 'NONSECDBG', 'RMA', 'USER:00'],
  },
  { targets: /^rx/, moves: ['UNLOCKED'] },
  { targets: /stm32|netduino/, states: ['RDP0', 'RDP1', 'RDP2'], final: 'RDP2', levels: ['RDP1'] },
  {
    targets: /^esp/,
    fuses: [
      ...['secure-boot', 'secure-boot-digest-0', 'flash-encryption', 'flash-encryption-key', 'jtag-disable'],
      ...['secure-download', 'download-encrypt-disable', 'read-protection-lock'],
    ],
  },
  { targets: /^nxp/, states: ['OPEN', 'LOCKED'], slots: ['SBKEK', 'USERKEK', 'UDS', 'PRINCE0', 'KEY-STORE'] },
  {
    targets: /^atecc/,
    states: ['OPEN', 'CONFIG_LOCKED', 'CONFIG_LOCKED+DATA_LOCKED'],
    final: 'CONFIG_LOCKED',
    moves: ['CONFIG_LOCKED', 'DATA_LOCKED'],
    slots: ['WRITE-KEY', 'SECRET'],
  },
  { targets: /^tpm2/, states: ['OPEN', 'OWNED'], slots: ['SECRET'] },
  { targets: /^smp/, states: ['IMAGE', 'TEST', 'TRIAL', 'CONFIRMED'], moves: ['TEST', 'CONFIRM'] },
  { targets: /^cordelia/, states: ['OPEN', 'ENROLLED', 'REVOKED'], final: 'REVOKED' },
];

const wordsOf = (target: string): TargetWords | undefined =>
  WORDS.find(({ targets }) => targets.test(target));

/** What to suggest for a field of an act; the part itself decides what it takes. */
export function suggestions(target: string, field: string): readonly string[] {
  const words = wordsOf(target);
  const lists: Record<string, readonly string[] | undefined> = {
    ...{ to: words?.moves, level: words?.levels, slot: words?.slots, fuse: words?.fuses },
  };
  return lists[field] ?? [];
}

export interface LifeStep {
  state: string;
  at: 'behind' | 'here' | 'ahead';
  final: boolean;
}

/** The way of a part through its states; one that says a state outside of it is there alone. */
export function lifeSteps(target: string, now: string): LifeStep[] {
  const { states = [], final } = wordsOf(target) ?? {};
  const here = states.indexOf(now);
  if (here < 0) return [{ state: now, at: 'here', final: false }];
  const end = final === undefined ? states.length : states.indexOf(final);
  return states.map((state, index) => ({
    state,
    at: index < here ? 'behind' : index === here ? 'here' : 'ahead',
    final: index >= end,
  }));
}
