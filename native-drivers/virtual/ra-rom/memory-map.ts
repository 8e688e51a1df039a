export interface Area {
  kind: 'code' | 'data' | 'config';
  /** Kind of area on the wire: high nibble 0 user, 1 data, 2 configuration. */
  koa: number;
  start: number;
  /** Inclusive. */
  end: number;
  /** 0: cannot be erased. */
  eraseUnit: number;
  writeUnit: number;
  readUnit: number;
  crcUnit: number;
}

export interface Range {
  start: number;
  /** Inclusive. */
  end: number;
  kind: Area['kind'];
  /** Reached through a non-secure alias. */
  nonSecure: boolean;
}

const KOA = { code: 0x00, data: 0x10, config: 0x20 };

export function area(
  kind: Area['kind'],
  [start, end]: [number, number],
  eraseUnit: number,
  writeUnit: number,
  crcUnit: number,
): Area {
  return { kind, koa: KOA[kind], start, end, eraseUnit, writeUnit, readUnit: 1, crcUnit };
}

/** The memories of one part: what lies where, and which addresses show the same cells. */
export class MemoryMap {
  private readonly areas: readonly Area[];
  private readonly aliases: readonly [number, number, number][];

  /** `aliases`: first and last address of a window, and the address that it shows. */
  constructor(areas: readonly Area[], aliases: readonly [number, number, number][] = []) {
    this.areas = areas;
    this.aliases = aliases;
  }

  areaOf(address: number): Area | undefined {
    return this.areas.find(({ start, end }) => address >= start && address <= end);
  }

  /** The cells behind two addresses of one kind of area, or null where there are none. */
  resolve(start: number, end: number): Range | null {
    if (end < start) return null;
    const alias = this.aliases.find(([from, to]) => start >= from && end <= to);
    const shift = alias === undefined ? 0 : alias[2] - alias[0];
    const [from, to] = [start + shift, end + shift];
    const first = this.areaOf(from);
    const last = this.areaOf(to);
    if (first === undefined || last?.kind !== first.kind) return null;
    if (first !== last && first.end + 1 !== last.start) return null;
    return { start: from, end: to, kind: first.kind, nonSecure: alias !== undefined };
  }
}
