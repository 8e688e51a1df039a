import type { Area } from './memory-map.ts';

/**
 * Typical times of the flash, nanoseconds, at a flash clock of 20 to 60 MHz: 128-byte phrase 0.34 ms, erase of 8 KiB
 * 43 ms and of 32 KiB 157 ms, data flash 4 bytes 0.16 ms and 64-byte erase 1.7 ms.
 * Assumed: the order of magnitude of Renesas flash of this structure (128-byte phrases, blocks of 8 and 32 KiB). They
 * are not taken from a data sheet of RA6M4, RA8M1 or RX65N: none was compared.
 */
const MS = 1e6;
const PHRASE_NS = 0.34 * MS;
const ERASE_8K_NS = 43 * MS;
const ERASE_32K_NS = 157 * MS;
const DATA_WORD_NS = 0.16 * MS;
const DATA_ERASE_NS = 1.7 * MS;
/** One option-setting unit: erased and programmed again. */
const OPTION_UNIT_NS = DATA_ERASE_NS + 4 * DATA_WORD_NS;
/** A key, a certificate, a life-cycle state: a few words of the same kind of memory. */
export const RECORD_NS = OPTION_UNIT_NS;

/** What one step of a write takes, and how many bytes a step programs. */
export function programStep(kind: Area['kind']): { bytes: number; ns: number } {
  if (kind === 'code') return { bytes: 128, ns: PHRASE_NS };
  if (kind === 'data') return { bytes: 4, ns: DATA_WORD_NS };
  return { bytes: 16, ns: OPTION_UNIT_NS };
}

export function eraseNs(area: Area): number {
  if (area.kind === 'data') return DATA_ERASE_NS;
  return area.eraseUnit === 0x2000 ? ERASE_8K_NS : ERASE_32K_NS;
}
