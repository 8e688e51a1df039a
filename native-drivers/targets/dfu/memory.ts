import { DriverError } from '#drivers/core/errors.ts';
import type { MemoryArea } from '#drivers/core/operations.ts';
import type { DfuClient } from '#drivers/protocols/dfu/client.ts';
import { parseLayout, runEnd, type LayoutRun } from '#drivers/protocols/dfu/layout.ts';

/** One memory of a part, as its boot loader offers it. */
export interface DfuseMemory {
  /** Alternate setting. */
  setting: number;
  name: string;
  runs: readonly LayoutRun[];
}

/** ST UM0424, section 10.3.2: these two names are the same on all parts of ST's. */
const FLASH = 'Internal Flash';
export const OPTION_BYTES = 'Option Bytes';
/** The longest flash word among STM32, 256 bits (RM0433, section 4.3.8); shorter ones divide it. */
export const WRITE_UNIT = 32;

/** All memories of a part. Throws `bad-frame` for a layout that is none. */
export function memoriesOf(client: DfuClient): DfuseMemory[] {
  return client.face.alternates.map(({ setting, name }) => ({ setting, ...parseLayout(name) }));
}

/** Throws `wrong-chip` for a part that shows no flash. */
export function flashOf(client: DfuClient): DfuseMemory {
  const found = memoriesOf(client).find(({ name }) => name === FLASH);
  if (found !== undefined) return found;
  throw new DriverError('wrong-chip', 'The boot loader shows no internal flash.', { chip: 'untouched' });
}

/** The memory that holds all of these bytes; null where none does. */
export function memoryAt(client: DfuClient, address: number, length: number): DfuseMemory | null {
  const holds = ({ runs }: DfuseMemory): boolean => {
    const first = runs.find((run) => address >= run.start && address < runEnd(run));
    const last = runs.find((run) => address + length > run.start && address + length <= runEnd(run));
    return first !== undefined && last !== undefined;
  };
  return memoriesOf(client).find(holds) ?? null;
}

export function areasOf({ runs }: DfuseMemory): MemoryArea[] {
  return runs
    .filter(({ writable }) => writable)
    .map((run) => ({
      ...{ kind: 'code', start: run.start, end: runEnd(run) - 1, eraseUnit: run.sectorBytes },
      writeUnit: WRITE_UNIT,
    }));
}

/** Each sector of a memory, in order. */
export function* sectorsOf({ runs }: DfuseMemory): Generator<{ start: number; end: number }> {
  for (const run of runs)
    for (let sector = 0; sector < run.sectors; sector += 1) {
      const start = run.start + sector * run.sectorBytes;
      yield { start, end: start + run.sectorBytes };
    }
}
