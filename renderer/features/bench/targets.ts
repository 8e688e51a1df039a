import type { Bench } from '#client/views.ts';

export type TargetChoice = Bench['targets'][number];

/** Families in the order of their names, and chips within them. */
export function byFamily(targets: readonly TargetChoice[]): TargetChoice[] {
  return [...targets].sort(
    (one, other) => one.family.localeCompare(other.family) || one.title.localeCompare(other.title),
  );
}

/** Each family with its chips, in the order given. */
export function familiesOf(targets: readonly TargetChoice[]): [string, TargetChoice[]][] {
  const families = new Map<string, TargetChoice[]>();
  for (const target of targets) families.set(target.family, [...(families.get(target.family) ?? []), target]);
  return [...families];
}

/** Whether a port can reach a chip: what kind it is, or for a typed address what its first letters say. */
export function fitsPort({ reach }: TargetChoice, path: string, ports: Bench['ports']): boolean {
  if (path === '') return true;
  const known = ports.find((port) => port.path === path)?.reach;
  const usb = path.startsWith('usb:') || path.startsWith('usbip://');
  const kind = known ?? (usb ? 'usb' : 'bytes');
  // A maker's tool is told any name that it understands.
  return reach === 'tool' || reach === kind;
}

/** Whether all the words of a search are in a chip's names. */
export function matches({ id, title, family }: TargetChoice, search: string): boolean {
  const text = `${id} ${title} ${family}`.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
