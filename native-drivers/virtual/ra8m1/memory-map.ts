import { area, MemoryMap, type Area, type Range } from '../ra-rom/memory-map.ts';

/**
 * Memory of the RA8M1 as its boot ROM reports it. Addresses: SEGGER's knowledge base and the public provisioning tool;
 * the split of the code flash into two areas by block size is how R01AN5562 section 6.16.5 shows it for RA4E1.
 */
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

/** Non-secure aliases show the same cells. */
const memory = new MemoryMap(
  [...AREAS, DATA_FLASH_OPTIONS],
  [
    [0x12000000, 0x121f7fff, CODE_START],
    [0x1300a180, 0x1300a1ff, 0x0300a180],
    [0x37000000, 0x37002fff, DATA_START],
  ],
);

/** The cells behind two addresses of one kind of area, or null where there are none. */
export function resolveRange(start: number, end: number): Range | null {
  return memory.resolve(start, end);
}

export function areaOf(address: number): Area | undefined {
  return memory.areaOf(address);
}
