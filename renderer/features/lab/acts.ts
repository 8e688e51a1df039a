import type { LabAct } from '#contract/lab.ts';

/** One thing to fill in. `key`: hex that is secret, shown as dots and cleared after use. */
export interface ActField {
  name: string;
  label: string;
  kind: 'text' | 'hex' | 'key' | 'number' | 'flag' | 'file';
  optional?: boolean;
  help?: string;
}

/** `read`: has its button beside what it reads. */
export type ActGroup = 'read' | 'keys' | 'life';

export interface ActCard {
  operation: LabAct['operation'];
  title: string;
  /** What happens to the part, in plain words: also what the last question says. */
  words: string;
  group: ActGroup;
  fields: readonly ActField[];
}

const level = (label: string, help: string): ActField => ({ name: 'level', label, kind: 'text', help });
const slot = (help: string): ActField => ({ name: 'slot', label: 'Slot', kind: 'text', help });

/** Everything but memory, which has a panel of its own. The station says which of them a chip has. */
export const ACT_CARDS: readonly ActCard[] = [
  {
    operation: 'identify',
    title: 'Identify',
    words: 'Resets the part and reads who it is.',
    group: 'read',
    fields: [],
  },
  {
    operation: 'read-state',
    title: 'Read state',
    words: 'Reads life cycle, lock and identity.',
    group: 'read',
    fields: [],
  },
  {
    ...{ operation: 'boot-application', title: 'Start the agent', group: 'life', fields: [] },
    words: 'Resets the part into its firmware and waits until it answers.',
  },
  {
    ...{ operation: 'start-firmware', title: 'Start the firmware', group: 'life', fields: [] },
    words: 'Resets the part and lets it run what is in its flash.',
  },
  {
    ...{ operation: 'enrol', title: 'Enrol', group: 'keys', fields: [] },
    words: 'Lets the part grow its identity. On most parts this happens once.',
  },
  {
    ...{ operation: 'inject-key', title: 'Put a wrapped key in', group: 'keys' },
    words: 'Writes a key that is wrapped for this kind of part. What was in the slot is gone.',
    fields: [
      slot('As the chip’s page names it: SECDBG, USER:05.'),
      { name: 'wrapped', label: 'Wrapped key', kind: 'file', help: 'A .rkey file.' },
    ],
  },
  {
    ...{ operation: 'generate-key', title: 'Let it make a key', group: 'keys' },
    words: 'The part makes a key inside; nobody ever sees it. What was in the slot is gone.',
    fields: [slot('As the chip’s page names it.'), { name: 'bytes', label: 'Length, bytes', kind: 'number' }],
  },
  {
    ...{ operation: 'set-user-key', title: 'Put a key in clear in', group: 'keys' },
    words: 'The key goes over the wire in clear: on a trusted bench only. What was in the slot is gone.',
    fields: [slot('As the chip’s page names it.'), { name: 'key', label: 'Key, hex', kind: 'key' }],
  },
  {
    ...{ operation: 'initialize', title: 'Initialize', group: 'life', fields: [] },
    words:
      'Erases everything that can be erased: program, data, keys. The part is as new, where its state allows that.',
  },
  {
    ...{ operation: 'protect', title: 'Protect', group: 'life' },
    words: 'Sets read protection. Undone, if at all, only by erasing everything.',
    fields: [level('Level', 'As the chip’s page names it: RDP1.')],
  },
  {
    ...{ operation: 'move-lifecycle', title: 'Move the life cycle', group: 'life' },
    words: 'Moves the part to another state. Many moves have no way back.',
    fields: [
      { name: 'to', label: 'To', kind: 'text', help: 'As the chip’s page names it: DPL, LCK_BOOT.' },
      {
        name: 'key',
        label: 'Key, hex',
        kind: 'key',
        optional: true,
        help: 'For moves that the chip asks a key for.',
      },
    ],
  },
  {
    ...{ operation: 'burn', title: 'Burn a fuse', group: 'life' },
    words: 'A fuse that is burnt stays burnt: there is no way back on this part, for anybody.',
    fields: [
      { name: 'fuse', label: 'Fuse', kind: 'text', help: 'As the chip’s page names it.' },
      { name: 'value', label: 'Value, hex', kind: 'hex' },
    ],
  },
  {
    ...{ operation: 'lock', title: 'Lock', group: 'life' },
    words:
      'Closes the part as its kind allows. With its boot loader closed, nothing can be programmed into it any more, by anybody.',
    fields: [
      { name: 'disableInitialize', label: 'Also take erasing everything away', kind: 'flag' },
      { name: 'lockBoot', label: 'Also close the boot loader', kind: 'flag' },
    ],
  },
];

/** The acts of a group that a chip has. */
export const cardsOf = (group: ActGroup, can: readonly string[]): ActCard[] =>
  ACT_CARDS.filter((card) => card.group === group && can.includes(card.operation));

const MEMORY: Readonly<Record<string, string>> = {
  'read-memory': 'Read memory',
  'write-memory': 'Write memory',
};

/** An operation as a person calls it. */
export const actTitle = (operation: string): string =>
  ACT_CARDS.find((card) => card.operation === operation)?.title ?? MEMORY[operation] ?? operation;

/** What exactly is asked for, line by line: name and value; of a key only that there is one. */
export function actFacts(act: LabAct): [string, string][] {
  const card = ACT_CARDS.find(({ operation }) => operation === act.operation);
  const given: Readonly<Record<string, string | number | boolean | undefined>> = { ...act };
  return (card?.fields ?? []).flatMap(({ name, label, kind }): [string, string][] => {
    const value = given[name];
    if (value === undefined) return [];
    // A fuse that holds a key takes it as its value.
    if (kind === 'key' || (kind === 'hex' && String(given['fuse']).includes('key')))
      return [[label, 'given, not shown']];
    if (kind === 'flag') return [[label, value === true ? 'yes' : 'no']];
    return [[label, kind === 'file' ? `${String(value).length / 2} B` : String(value)]];
  });
}

export type FieldValues = Readonly<Record<string, string | boolean>>;

const hexOf = (text: string): string => text.replace(/[\s:]/g, '').toLowerCase();
const isHex = (text: string): boolean => /^([0-9a-f]{2})+$/.test(text);

function valueOf({ kind, optional }: ActField, given: string | boolean | undefined): unknown {
  if (kind === 'flag') return given === true;
  const text = typeof given === 'string' ? given.trim() : '';
  if (text === '') return optional === true ? undefined : null;
  if (kind === 'text') return text;
  if (kind === 'number') return /^\d{1,3}$/.test(text) && Number(text) > 0 ? Number(text) : null;
  return isHex(hexOf(text)) ? hexOf(text) : null;
}

/** The act as the station takes it; null while a field is missing or wrong. */
export function actOf(card: ActCard, values: FieldValues): LabAct | null {
  const fields = card.fields.map((field) => [field.name, valueOf(field, values[field.name])] as const);
  if (fields.some(([, value]) => value === null)) return null;
  const given = Object.fromEntries(fields.filter(([, value]) => value !== undefined));
  // The cards name the fields of the contract; the station checks them again.
  return { operation: card.operation, ...given } as LabAct;
}
