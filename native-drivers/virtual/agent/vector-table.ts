import type { ChipHardware } from '../chip/firmware.ts';

const CODE_START = 0x02000000;
const CODE_END = 0x021f7fff;

/**
 * Whether a Cortex-M85 would start: an initial stack pointer in RAM, double-word aligned, and a reset handler in code
 * flash with the Thumb bit (Armv8-M ARM, "Vector table"). Erased flash reads FF and fails both.
 */
export function hasVectorTable(hardware: ChipHardware): boolean {
  const words = Buffer.from(hardware.readCode(CODE_START, 8));
  const stack = words.readUInt32LE(0);
  const reset = words.readUInt32LE(4);
  const isStack = stack >= 0x20000000 && stack < 0x40000000 && stack % 8 === 0;
  return isStack && reset % 2 === 1 && reset > CODE_START && reset <= CODE_END;
}
