import type { Encoding, Processor } from './processor.ts';

/** AddWithCarry (ARMv6-M ARM, DDI 0419, A2.2.1): the sum, with all four flags. */
export function addWithCarry(core: Processor, a: number, b: number, carry: boolean): number {
  const unsigned = (a >>> 0) + (b >>> 0) + (carry ? 1 : 0);
  const result = unsigned | 0;
  core.flagsNZ(result);
  core.c = unsigned > 0xffffffff;
  core.v = ((a ^ result) & (b ^ result)) < 0;
  return result;
}

export const subtract = (core: Processor, a: number, b: number): number => addWithCarry(core, a, ~b, true);

export type Shift = (core: Processor, value: number, by: number) => number;

/** LSL, LSR and ASR by 0..255; C is the last bit shifted out, unchanged for 0 (A2.2.1). */
export const shiftLeft: Shift = (core, value, by) => {
  if (by === 0) return value;
  core.c = by <= 32 && ((value >>> (32 - by)) & 1) === 1;
  return by < 32 ? value << by : 0;
};
export const shiftRight: Shift = (core, value, by) => {
  if (by === 0) return value;
  core.c = by <= 32 && ((value >>> (by - 1)) & 1) === 1;
  return by < 32 ? (value >>> by) | 0 : 0;
};
export const shiftRightSigned: Shift = (core, value, by) => {
  if (by === 0) return value;
  core.c = ((value >> Math.min(by - 1, 31)) & 1) === 1;
  return value >> Math.min(by, 31);
};

/** By an immediate: 0 means 32 for the right shifts. */
const byImmediate =
  (shift: Shift, zero: number) =>
  (core: Processor, op: number): void => {
    const by = (op >> 6) & 31;
    const result = shift(core, core.reg((op >> 3) & 7), by === 0 ? zero : by);
    core.r[op & 7] = result;
    core.flagsNZ(result);
  };

/** ADDS and SUBS, of a register or three bits. */
function addThree(core: Processor, op: number): void {
  const field = (op >> 6) & 7;
  const b = (op & 0x0400) === 0 ? core.reg(field) : field;
  const a = core.reg((op >> 3) & 7);
  core.r[op & 7] = (op & 0x0200) === 0 ? addWithCarry(core, a, b, false) : subtract(core, a, b);
}

function move(core: Processor, op: number): void {
  core.r[(op >> 8) & 7] = op & 0xff;
  core.flagsNZ(op & 0xff);
}

function compare(core: Processor, op: number): void {
  subtract(core, core.reg((op >> 8) & 7), op & 0xff);
}

function add(core: Processor, op: number): void {
  const d = (op >> 8) & 7;
  core.r[d] = addWithCarry(core, core.reg(d), op & 0xff, false);
}

function sub(core: Processor, op: number): void {
  const d = (op >> 8) & 7;
  core.r[d] = subtract(core, core.reg(d), op & 0xff);
}

/** Shift (immediate), add, subtract, move and compare (DDI 0419, A5.2.1). */
export const arithmetic: readonly Encoding[] = [
  [0b000000, 0b000001, byImmediate(shiftLeft, 0)],
  [0b000010, 0b000011, byImmediate(shiftRight, 32)],
  [0b000100, 0b000101, byImmediate(shiftRightSigned, 32)],
  [0b000110, 0b000111, addThree],
  [0b001000, 0b001001, move],
  [0b001010, 0b001011, compare],
  [0b001100, 0b001101, add],
  [0b001110, 0b001111, sub],
];
