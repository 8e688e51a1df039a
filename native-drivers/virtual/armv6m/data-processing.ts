import { addWithCarry, shiftLeft, shiftRight, shiftRightSigned, subtract, type Shift } from './arithmetic.ts';
import { BusFault } from './bus.ts';
import type { Encoding, Processor } from './processor.ts';

/** A result for Rdn; undefined: the flags were all that it was for. */
type Operation = (core: Processor, a: number, b: number) => number | undefined;

const logical =
  (of: (a: number, b: number) => number): Operation =>
  (core, a, b) => {
    const result = of(a, b);
    core.flagsNZ(result);
    return result;
  };

const shifted =
  (shift: Shift): Operation =>
  (core, a, b) => {
    const result = shift(core, a, b & 0xff);
    core.flagsNZ(result);
    return result;
  };

const rotateRight: Shift = (core, value, by) => {
  if (by === 0) return value;
  const turn = by & 31;
  const result = turn === 0 ? value : (value >>> turn) | (value << (32 - turn));
  core.c = result < 0;
  return result;
};

const flagsOnly =
  (operation: Operation): Operation =>
  (core, a, b) => {
    operation(core, a, b);
    return undefined;
  };

const and = logical((a, b) => a & b);
/** In the order of their opcodes (ARMv6-M ARM, DDI 0419, A5.2.2). RSB has no second operand but zero. */
const operations: readonly Operation[] = [
  and,
  logical((a, b) => a ^ b),
  shifted(shiftLeft),
  shifted(shiftRight),
  shifted(shiftRightSigned),
  (core, a, b) => addWithCarry(core, a, b, core.c),
  (core, a, b) => addWithCarry(core, a, ~b, core.c),
  shifted(rotateRight),
  flagsOnly(and),
  (core, _a, b) => subtract(core, 0, b),
  flagsOnly(subtract),
  flagsOnly((core, a, b) => addWithCarry(core, a, b, false)),
  logical((a, b) => a | b),
  logical((a, b) => Math.imul(a, b)),
  logical((a, b) => a & ~b),
  logical((_a, b) => ~b),
];

function process(core: Processor, op: number): void {
  const operation = operations[(op >> 6) & 15];
  const result = operation?.(core, core.reg(op & 7), core.reg((op >> 3) & 7));
  if (result !== undefined) core.r[op & 7] = result;
}

/** ADD, CMP, MOV of any register, BX and BLX (A5.2.3). */
function special(core: Processor, op: number): void {
  const m = (op >> 3) & 15;
  const d = (op & 7) | ((op >> 4) & 8);
  const kind = (op >> 8) & 3;
  if (kind === 0) core.setReg(d, (core.reg(d) + core.reg(m)) | 0);
  else if (kind === 1) subtract(core, core.reg(d), core.reg(m));
  else if (kind === 2) core.setReg(d, core.reg(m));
  else exchange(core, m, (op & 0x80) !== 0);
}

function exchange(core: Processor, m: number, link: boolean): void {
  if (m === 15 && link) throw new BusFault('undefined-instruction', core.pc);
  const target = core.reg(m);
  if (link) core.r[14] = core.next | 1;
  core.interwork(target);
}

export const dataProcessing: readonly Encoding[] = [
  [0b010000, 0b010000, process],
  [0b010001, 0b010001, special],
];
