import { BusFault } from './bus.ts';
import type { Core } from './core.ts';
import { dataProcessing } from './data-processing.ts';
import { loadsAndStores } from './loads-and-stores.ts';
import { branches } from './branches.ts';
import { arithmetic } from './arithmetic.ts';
import { miscellaneous } from './miscellaneous.ts';

/** Carries one instruction out; `op` is its (first) half-word. */
export type Instruction = (core: Core, op: number) => void;
/** Instructions by their highest bits: pattern of the first six (ARMv6-M ARM, DDI 0419, table A5-1). */
export type Encoding = readonly [from: number, to: number, carry: Instruction];

const undefinedInstruction: Instruction = (core) => {
  throw new BusFault('undefined-instruction', core.pc);
};

const table: Instruction[] = Array<Instruction>(64).fill(undefinedInstruction);
for (const [from, to, carry] of [
  ...arithmetic,
  ...dataProcessing,
  ...loadsAndStores,
  ...miscellaneous,
  ...branches,
])
  table.fill(carry, from, to + 1);

export function instructionOf(op: number): Instruction {
  return table[op >> 10] ?? undefinedInstruction;
}
