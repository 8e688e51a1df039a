import { area, MemoryMap, type Area } from '../ra-rom/memory-map.ts';

const KIB = 1024;
const TOP = 0x1_0000_0000;

/** One RX group; only numbers differ. */
export interface RxDevice {
  id: string;
  title: string;
  bootCode: number;
  /** TYP of the device type. Made up: no public text has a real one. */
  type: Uint8Array;
  areas: readonly Area[];
  memory: MemoryMap;
}

/** Code flash ends at the top of the address space: eight blocks of 8 KiB there, 32 KiB below; a page has 256 bytes. */
function device(id: string, name: string, bootCode: number, codeKib: number): RxDevice {
  const areas = [
    area('code', [TOP - codeKib * KIB, TOP - 64 * KIB - 1], 32 * KIB, 256, 0),
    area('code', [TOP - 64 * KIB, TOP - 1], 8 * KIB, 256, 0),
    area('data', [0x0010_0000, 0x0010_7fff], 64, 256, 0),
  ];
  const type = Buffer.from(name.padEnd(8), 'latin1');
  return { id, title: `Renesas ${name}, boot ROM`, bootCode, type, areas, memory: new MemoryMap(areas) };
}

export const rx65n = device('rx65n', 'RX65N', 0xc2, 2048);
export const rx72t = device('rx72t', 'RX72T', 0xc1, 1024);
export const rx72m = device('rx72m', 'RX72M', 0xc1, 4096);
