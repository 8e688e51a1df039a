import type { AccessBytes } from './bus.ts';
import type { Encoding, Instruction, Processor } from './processor.ts';

const signed = (value: number, bytes: 1 | 2): number =>
  bytes === 1 ? (value << 24) >> 24 : (value << 16) >> 16;

/** LDR of a literal: the base is the instruction's address and 4, aligned (ARMv6-M ARM, DDI 0419, A6.7.27). */
function literal(core: Processor, op: number): void {
  core.r[(op >> 8) & 7] = core.load((core.reg(15) & ~3) + (op & 0xff) * 4, 4);
}

const registerAddress = (core: Processor, op: number): number =>
  core.reg((op >> 3) & 7) + core.reg((op >> 6) & 7);

const storeRegister =
  (bytes: AccessBytes): Instruction =>
  (core, op) =>
    core.store(registerAddress(core, op), bytes, core.reg(op & 7));

const loadRegister =
  (bytes: AccessBytes): Instruction =>
  (core, op) => {
    core.r[op & 7] = core.load(registerAddress(core, op), bytes);
  };

const loadSigned =
  (bytes: 1 | 2): Instruction =>
  (core, op) => {
    core.r[op & 7] = signed(core.load(registerAddress(core, op), bytes), bytes);
  };

/** Register offset, by bits 11..9 (A5.2.4). */
const registerOffset: readonly Instruction[] = [
  storeRegister(4),
  storeRegister(2),
  storeRegister(1),
  loadSigned(1),
  loadRegister(4),
  loadRegister(2),
  loadRegister(1),
  loadSigned(2),
];

const byRegister: Instruction = (core, op) => registerOffset[(op >> 9) & 7]?.(core, op);

/** Immediate offset of five bits, in units of the access; bit 11 is load. */
const immediate =
  (bytes: AccessBytes): Instruction =>
  (core, op) => {
    const address = core.reg((op >> 3) & 7) + ((op >> 6) & 31) * bytes;
    if ((op & 0x0800) === 0) core.store(address, bytes, core.reg(op & 7));
    else core.r[op & 7] = core.load(address, bytes);
  };

function onStack(core: Processor, op: number): void {
  const address = core.sp + (op & 0xff) * 4;
  if ((op & 0x0800) === 0) core.store(address, 4, core.reg((op >> 8) & 7));
  else core.r[(op >> 8) & 7] = core.load(address, 4);
}

/** The registers of a list of eight. */
export function* listed(list: number): Generator<number> {
  for (let index = 0; index < 8; index += 1) if (((list >> index) & 1) === 1) yield index;
}

function storeMultiple(core: Processor, op: number): void {
  const base = (op >> 8) & 7;
  let address = core.reg(base);
  for (const index of listed(op)) {
    core.store(address, 4, core.reg(index));
    address += 4;
  }
  core.r[base] = address;
}

/** The base is written back unless it is in the list (A6.7.25). */
function loadMultiple(core: Processor, op: number): void {
  const base = (op >> 8) & 7;
  let address = core.reg(base);
  const values = [...listed(op)].map((index) => {
    const value = core.load(address, 4);
    address += 4;
    return [index, value] as const;
  });
  core.r[base] = address;
  for (const [index, value] of values) core.r[index] = value;
}

export const loadsAndStores: readonly Encoding[] = [
  [0b010010, 0b010011, literal],
  [0b010100, 0b010111, byRegister],
  [0b011000, 0b011011, immediate(4)],
  [0b011100, 0b011111, immediate(1)],
  [0b100000, 0b100011, immediate(2)],
  [0b100100, 0b100111, onStack],
  [0b110000, 0b110001, storeMultiple],
  [0b110010, 0b110011, loadMultiple],
];
