import type { MemoryArea } from '#drivers/core/operations.ts';

const KIB = 1024;

/** One group of devices; only numbers differ. */
export interface Gen1Family {
  target: string;
  title: string;
  /** First letters of its product names. */
  productPrefix: string;
  /** Of the largest device of the group: for a job that is checked at a desk, and for a part that shows no areas. */
  areas: readonly MemoryArea[];
}

/** Blocks by R01AN5562 section 6.16.5 (8 KiB eight times, then 32 KiB), option-setting memory as radfu lists it of an RA4M2. */
function family(target: string, title: string, productPrefix: string, codeKib: number): Gen1Family {
  return {
    target,
    title: `Renesas ${title}`,
    productPrefix,
    areas: [
      { kind: 'code', start: 0, end: 64 * KIB - 1, eraseUnit: 8 * KIB, writeUnit: 128 },
      { kind: 'code', start: 64 * KIB, end: codeKib * KIB - 1, eraseUnit: 32 * KIB, writeUnit: 128 },
      { kind: 'data', start: 0x08000000, end: 0x08001fff, eraseUnit: 64, writeUnit: 4 },
      { kind: 'config', start: 0x0100a100, end: 0x0100a2ff, eraseUnit: 0, writeUnit: 16 },
    ],
  };
}

export const ra6m4 = family('ra6m4', 'RA6M4', 'R7FA6M4', 1024);
export const ra6m5 = family('ra6m5', 'RA6M5', 'R7FA6M5', 2048);
export const ra4m2 = family('ra4m2', 'RA4M2', 'R7FA4M2', 512);
export const ra4m3 = family('ra4m3', 'RA4M3', 'R7FA4M3', 1024);
