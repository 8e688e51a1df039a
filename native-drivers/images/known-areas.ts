import type { MemoryArea } from '../core/operations.ts';

const KIB = 1024;

/**
 * Programmable memory of an RA8M1, so that a job can be refused at a desk, with no chip in the socket. The chip's own area
 * list is compared again in the socket. Addresses and sizes as SEGGER's knowledge base lists them for the 2 MB part, units
 * as FSP's r_flash_hp has them for parts of this structure; 2016 KiB, as public RA8M1 tools program.
 */
export const RA8M1_AREAS: readonly MemoryArea[] = [
  area('code', 0x02000000, 64 * KIB, 8 * KIB, 128),
  area('code', 0x02010000, 1952 * KIB, 32 * KIB, 128),
  area('config', 0x0300a100, 384, 16, 16),
  area('data', 0x27000000, 12 * KIB, 64, 4),
  area('config', 0x27030080, 720, 16, 16),
];

function area(
  kind: MemoryArea['kind'],
  start: number,
  length: number,
  eraseUnit: number,
  writeUnit: number,
): MemoryArea {
  return { kind, start, end: start + length - 1, eraseUnit, writeUnit };
}
