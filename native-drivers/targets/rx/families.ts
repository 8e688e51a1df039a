import type { MemoryArea } from '#drivers/core/operations.ts';
import { RX_BOOT_CODE } from '#drivers/protocols/ra-boot/rx-constants.ts';

const KIB = 1024;
const TOP = 0x1_0000_0000;

/** One RX group; only numbers differ. */
export interface RxFamily {
  target: string;
  title: string;
  /** All that the hand-shake tells of the group. */
  bootCode: number;
  areas: readonly MemoryArea[];
}

/**
 * Code flash ends at the top of the address space, in blocks of 8 KiB in the last 64 KiB and of 32 KiB below; data flash in
 * blocks of 64 bytes (hardware manuals, flash memory; for code flash the public tool too). Written in pages of 256 bytes.
 * Of the largest device of the group.
 */
function family(target: string, title: string, bootCode: number, codeKib: number): RxFamily {
  const writeUnit = 256;
  return {
    ...{ target, title, bootCode },
    areas: [
      { kind: 'code', start: TOP - codeKib * KIB, end: TOP - 64 * KIB - 1, eraseUnit: 32 * KIB, writeUnit },
      { kind: 'code', start: TOP - 64 * KIB, end: TOP - 1, eraseUnit: 8 * KIB, writeUnit },
      { kind: 'data', start: 0x0010_0000, end: 0x0010_7fff, eraseUnit: 64, writeUnit },
    ],
  };
}

export const rx65n = family('rx65n', 'Renesas RX65N', RX_BOOT_CODE.rx65n, 2048);
export const rx72t = family('rx72t', 'Renesas RX72T', RX_BOOT_CODE.rx64m, 1024);
export const rx72m = family('rx72m', 'Renesas RX72M', RX_BOOT_CODE.rx64m, 4096);
