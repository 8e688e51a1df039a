/**
 * Memory of the RA8M1 as its boot ROM reports it. Addresses: SEGGER's knowledge base and the public provisioning tool;
 * the split of the code flash into two areas by block size is how R01AN5562 section 6.16.5 shows it for RA4E1.
 */
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

const KOA = { code: 0x00, data: 0x10, config: 0x20 };

function area(
  kind: Area['kind'],
  [start, end]: [number, number],
  eraseUnit: number,
  writeUnit: number,
  crcUnit: number,
): Area {
  return { kind, koa: KOA[kind], start, end, eraseUnit, writeUnit, readUnit: 1, crcUnit };
}

export const CODE_START = 0x02000000;
export const CODE_END = 0x021f7fff;
export const DATA_START = 0x27000000;
export const DATA_BYTES = 0x3000;

/** What the area command lists, in its order. */
export const AREAS: readonly Area[] = [
  area('code', [CODE_START, 0x0200ffff], 0x2000, 128, 1),
  area('code', [0x02010000, CODE_END], 0x8000, 128, 1),
  area('data', [DATA_START, DATA_START + DATA_BYTES - 1], 64, 4, 1),
  area('config', [0x0300a100, 0x0300a2ff], 0, 16, 16),
];

/** Option-setting memory in the data flash: written like the listed one, and not listed. */
const DATA_FLASH_OPTIONS = area('config', [0x27030080, 0x2703034f], 0, 16, 16);
const ALL = [...AREAS, DATA_FLASH_OPTIONS];

/** Non-secure aliases show the same cells. */
const ALIASES: readonly [number, number, number][] = [
  [0x12000000, 0x121f7fff, CODE_START],
  [0x1300a180, 0x1300a1ff, 0x0300a180],
  [0x37000000, 0x37002fff, DATA_START],
];

export interface Range {
  start: number;
  /** Inclusive. */
  end: number;
  kind: Area['kind'];
  /** Reached through a non-secure alias. */
  nonSecure: boolean;
}

/** The cells behind two addresses of one kind of area, or null where there are none. */
export function resolveRange(start: number, end: number): Range | null {
  if (end < start) return null;
  const alias = ALIASES.find(([from, to]) => start >= from && end <= to);
  const shift = alias === undefined ? 0 : alias[2] - alias[0];
  const [from, to] = [start + shift, end + shift];
  const first = areaOf(from);
  const last = areaOf(to);
  if (first === undefined || last?.kind !== first.kind) return null;
  if (first !== last && first.end + 1 !== last.start) return null;
  return { start: from, end: to, kind: first.kind, nonSecure: alias !== undefined };
}

export function areaOf(address: number): Area | undefined {
  return ALL.find(({ start, end }) => address >= start && address <= end);
}
