import { BusFault } from './bus.ts';
import { dataProcessing } from './data-processing.ts';
import { loadsAndStores } from './loads-and-stores.ts';
import { branches } from './branches.ts';
import { arithmetic } from './arithmetic.ts';
import { miscellaneous } from './miscellaneous.ts';
import type { Instruction } from './processor.ts';

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
