import { DESCRIPTOR } from './descriptors.ts';

/** Class, subclass, protocol. */
export type InterfaceClass = readonly [number, number, number];

interface InterfaceInside {
  number: number;
  /** Of its first alternate. */
  class: InterfaceClass;
  alternates: number[];
}

/** The interfaces of a configuration as GET_DESCRIPTOR gives it (USB 2.0, table 9-12), in their order. */
export function interfacesOf(configuration: Uint8Array | undefined): InterfaceInside[] {
  const found = new Map<number, InterfaceInside>();
  for (const bytes of descriptorsIn(configuration ?? new Uint8Array(0))) {
    if (bytes[1] !== DESCRIPTOR.interface) continue;
    const [, , number = 0, alternate = 0, , type = 0, subclass = 0, protocol = 0] = bytes;
    const known = found.get(number) ?? { number, class: [type, subclass, protocol], alternates: [] };
    known.alternates.push(alternate);
    found.set(number, known);
  }
  return [...found.values()];
}

/** Ends at a descriptor that says no length of its own. */
function* descriptorsIn(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; (bytes[at] ?? 0) >= 2; at += bytes[at] ?? 0)
    yield bytes.subarray(at, at + (bytes[at] ?? 0));
}
