import type { MemoryArea } from '#drivers/core/operations.ts';
import type { Stm32Family } from './part.ts';

const KIB = 1024;
const FLASH_START = 0x08000000;

/** Sectors as areas: neighbours of one size are one area. */
function flash(sectors: readonly number[]): MemoryArea[] {
  const areas: MemoryArea[] = [];
  let start = FLASH_START;
  for (const bytes of sectors) {
    const last = areas.at(-1);
    if (last?.eraseUnit === bytes) last.end += bytes;
    else areas.push({ kind: 'code', start, end: start + bytes - 1, eraseUnit: bytes, writeUnit: 4 });
    start += bytes;
  }
  return areas;
}

/** RM0090, table 5: four sectors of 16 KiB, one of 64 KiB, seven of 128 KiB. */
const F4_SECTORS = [...Array<number>(4).fill(16 * KIB), 64 * KIB, ...Array<number>(7).fill(128 * KIB)];

/** STM32F405/407/415/417: product id 413 (AN2606), unique id by RM0090, section 39.1. */
export const stm32f4: Stm32Family = {
  target: 'stm32f4',
  productId: 0x413,
  product: 'STM32F405/407',
  areas: flash(F4_SECTORS),
  sectors: F4_SECTORS,
  uid: { address: 0x1fff7a10, length: 12 },
};
