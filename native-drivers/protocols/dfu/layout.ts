import { formError } from './errors.ts';

/** Equal sectors that follow each other. */
export interface LayoutRun {
  start: number;
  sectorBytes: number;
  sectors: number;
  readable: boolean;
  erasable: boolean;
  writable: boolean;
}

/** What an alternate setting stands for. */
export interface MemoryLayout {
  /** `Internal Flash`. */
  name: string;
  runs: readonly LayoutRun[];
}

const ADDRESS_SPACE = 2 ** 32;
/** A string descriptor has 255 bytes, 126 characters (USB 2.0, section 9.6.7). */
const LONGEST = 255;
/** ST UM0424, section 10.3.2: B or a blank for bytes, K, M. */
const UNIT: Readonly<Record<string, number>> = { ' ': 1, B: 1, K: 1024, M: 1024 * 1024 };
const SECTORS = /^(\d{1,3})\*(\d{1,4})([ BKM])([a-g])$/;
const ADDRESS = /^0x[0-9a-fA-F]{1,8}$/;

const refuse = (problem: string, text: string) => formError('memory layout', problem, { text });

/**
 * Name of an alternate setting in ST's extension (UM0424, section 10.3.2): `@Name /0xADDRESS/count*sizeUNITtype,…`, with
 * more pairs of address and sectors behind. Throws `bad-frame`.
 */
export function parseLayout(text: string): MemoryLayout {
  const [name = '', ...pairs] = text.split('/').map((part) => part.trimStart());
  if (!text.startsWith('@') || text.length > LONGEST || pairs.length === 0 || pairs.length % 2 !== 0)
    throw refuse('is none', text.slice(0, LONGEST));
  const runs: LayoutRun[] = [];
  for (let index = 0; index < pairs.length; index += 2)
    runs.push(...pair(pairs[index] ?? '', pairs[index + 1] ?? '', text));
  return { name: name.slice(1).trim(), runs };
}

function pair(address: string, sectors: string, text: string): LayoutRun[] {
  if (!ADDRESS.test(address.trim())) throw refuse('an address is none', text);
  let start = Number.parseInt(address, 16);
  return sectors.split(',').map((one) => {
    const run = runOf(one, start, text);
    start += run.sectorBytes * run.sectors;
    if (start > ADDRESS_SPACE) throw refuse('is larger than the address space', text);
    return run;
  });
}

/** `04*016Kg`; the type's lowest bits: readable, erasable, writable. */
function runOf(text: string, start: number, whole: string): LayoutRun {
  const [, count, size, unit = '', type = ''] = SECTORS.exec(text) ?? [];
  const sectorBytes = Number(size) * (UNIT[unit] ?? 0);
  const sectors = Number(count);
  if (!(sectorBytes > 0 && sectors > 0)) throw refuse('sectors that are none', whole);
  const bits = type.charCodeAt(0) & 7;
  return {
    ...{ start, sectorBytes, sectors },
    ...{ readable: (bits & 1) !== 0, erasable: (bits & 2) !== 0, writable: (bits & 4) !== 0 },
  };
}

/** Exclusive. */
export const runEnd = ({ start, sectorBytes, sectors }: LayoutRun): number => start + sectorBytes * sectors;
