import { BusFault } from './bus.ts';
import { listed } from './loads-and-stores.ts';
import type { Encoding, Instruction, Processor } from './processor.ts';

const undefinedHere: Instruction = (core) => {
  throw new BusFault('undefined-instruction', core.pc);
};

function address(core: Processor, op: number): void {
  const base = (op & 0x0800) === 0 ? core.reg(15) & ~3 : core.sp;
  core.r[(op >> 8) & 7] = base + (op & 0xff) * 4;
}

function adjustStack(core: Processor, op: number): void {
  const by = (op & 0x7f) * 4;
  core.setReg(13, (op & 0x80) === 0 ? core.sp + by : core.sp - by);
}

function extend(core: Processor, op: number): void {
  const value = core.reg((op >> 3) & 7);
  const kinds = [(value << 16) >> 16, (value << 24) >> 24, value & 0xffff, value & 0xff];
  core.r[op & 7] = kinds[(op >> 6) & 3] ?? 0;
}

function push(core: Processor, op: number): void {
  const stored = [...listed(op), ...((op & 0x0100) === 0 ? [] : [14])];
  const base = core.sp - stored.length * 4;
  for (const [index, register] of stored.entries()) core.store(base + index * 4, 4, core.reg(register));
  core.r[13] = base;
}

function pop(core: Processor, op: number): void {
  let from = core.sp;
  for (const register of listed(op)) {
    core.r[register] = core.load(from, 4);
    from += 4;
  }
  if ((op & 0x0100) === 0) {
    core.r[13] = from;
    return;
  }
  const target = core.load(from, 4);
  core.r[13] = from + 4;
  core.interwork(target);
}

function changeState(core: Processor, op: number): void {
  if ((op & 0xffef) !== 0xb662) undefinedHere(core, op);
  core.primask = (op & 0x10) !== 0;
}

const swap = (value: number): number =>
  (value << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24);
const swapHalves = (value: number): number => ((value & 0x00ff00ff) << 8) | ((value >>> 8) & 0x00ff00ff);

function reverse(core: Processor, op: number): void {
  const value = core.reg((op >> 3) & 7);
  const kind = (op >> 6) & 3;
  if (kind === 2) undefinedHere(core, op);
  const halves = swapHalves(value);
  const results = [swap(value), halves, 0, (halves << 16) >> 16];
  core.r[op & 7] = results[kind] ?? 0;
}

/** The halt is at the instruction itself: the debugger moves on (ARMv6-M ARM, DDI 0419, C1.6.1). */
function breakpoint(core: Processor, op: number): void {
  if (!core.debug.breakpoint()) undefinedHere(core, op);
  core.halted = true;
  core.next = core.pc;
}

/** NOP, YIELD, WFE, WFI, SEV (A5.2.5). The event register is always set once: a WFE that follows an event goes on. */
function hint(core: Processor, op: number): void {
  if ((op & 0x0f) !== 0) undefinedHere(core, op);
  const kind = (op >> 4) & 15;
  if (kind === 2 || kind === 3) core.asleep = !core.exceptions.anyPending;
}

/** 1011 xxxx: by bits 11..8. */
const kinds: readonly Instruction[] = [
  adjustStack,
  undefinedHere,
  extend,
  undefinedHere,
  push,
  push,
  changeState,
  undefinedHere,
  undefinedHere,
  undefinedHere,
  reverse,
  undefinedHere,
  pop,
  pop,
  breakpoint,
  hint,
];

const miscellany: Instruction = (core, op) => kinds[(op >> 8) & 15]?.(core, op);

/** ADR, ADD of the stack pointer, and the miscellaneous 16-bit instructions (DDI 0419, A5.2.5). */
export const miscellaneous: readonly Encoding[] = [
  [0b101000, 0b101011, address],
  [0b101100, 0b101111, miscellany],
];
