import { BusFault } from './bus.ts';
import type { Encoding, Processor } from './processor.ts';

/** By bits 11..9 of the condition: EQ, CS, MI, VS, HI, GE, GT, always (ARMv6-M ARM, DDI 0419, A6.3). */
const conditions: readonly ((core: Processor) => boolean)[] = [
  (core) => core.z,
  (core) => core.c,
  (core) => core.n,
  (core) => core.v,
  (core) => core.c && !core.z,
  (core) => core.n === core.v,
  (core) => core.n === core.v && !core.z,
];

function conditional(core: Processor, op: number): void {
  const condition = (op >> 8) & 15;
  if (condition === 14) throw new BusFault('undefined-instruction', core.pc);
  if (condition === 15) {
    core.exceptions.supervisorCall();
    return;
  }
  const holds = conditions[condition >> 1]?.(core) ?? false;
  if (holds !== ((condition & 1) === 1)) core.branch(core.pc + 4 + (((op << 24) >> 24) << 1));
}

function always(core: Processor, op: number): void {
  core.branch(core.pc + 4 + (((op << 21) >> 21) << 1));
}

/** 32-bit instructions: BL, MSR, MRS and the barriers (A5.3). */
function wide(core: Processor, op: number): void {
  if ((op & 0xf800) !== 0xf000) throw new BusFault('undefined-instruction', core.pc);
  const second = core.fetch(core.pc + 2);
  core.next = (core.pc + 4) >>> 0;
  if ((second & 0xd000) === 0xd000) link(core, op, second);
  else if ((op & 0xffe0) === 0xf380 && (second & 0xff00) === 0x8800)
    writeSpecial(core, op & 15, second & 0xff);
  else if (op === 0xf3ef && (second & 0xf000) === 0x8000)
    readSpecial(core, (second >> 8) & 15, second & 0xff);
  else if (op === 0xf3bf && [0x8f40, 0x8f50, 0x8f60].includes(second & 0xfff0)) core.spend(3);
  else throw new BusFault('undefined-instruction', core.pc);
}

/** BL, encoding T1: S:I1:I2:imm10:imm11:0 (A6.7.13). */
function link(core: Processor, op: number, second: number): void {
  const s = (op >> 10) & 1;
  const i1 = ~((second >> 13) ^ s) & 1;
  const i2 = ~((second >> 11) ^ s) & 1;
  const offset = (s << 24) | (i1 << 23) | (i2 << 22) | ((op & 0x3ff) << 12) | ((second & 0x7ff) << 1);
  core.r[14] = core.next | 1;
  core.branch(core.pc + 4 + ((offset << 7) >> 7));
  core.spend(1);
}

/** Special registers by SYSm (B4.2): xPSR and its parts are 0..7. */
const SYSM = { lastPsr: 7, msp: 8, psp: 9, primask: 16, control: 20 } as const;

function readSpecial(core: Processor, d: number, register: number): void {
  core.spend(3);
  core.setReg(d, specialValue(core, register));
}

function specialValue(core: Processor, register: number): number {
  if (register <= SYSM.lastPsr) {
    // Bit 0 asks for IPSR, bit 2 leaves APSR out; EPSR reads as zero.
    const flags = (register & 4) === 0 ? core.xpsr & 0xf0000000 : 0;
    return flags | ((register & 1) === 1 ? core.exceptions.current : 0);
  }
  if (register === SYSM.msp) return core.msp;
  if (register === SYSM.psp) return core.psp;
  if (register === SYSM.primask) return core.primask ? 1 : 0;
  return register === SYSM.control && core.processStack ? 2 : 0;
}

function writeSpecial(core: Processor, n: number, register: number): void {
  const value = core.reg(n);
  core.spend(3);
  if (register <= SYSM.lastPsr) {
    if ((register & 4) === 0) core.setFlags(value);
  } else if (register === SYSM.msp) core.msp = value;
  else if (register === SYSM.psp) core.psp = value;
  else if (register === SYSM.primask) core.primask = (value & 1) === 1;
  else if (register === SYSM.control && core.exceptions.current === 0) core.selectStack((value & 2) !== 0);
}

export const branches: readonly Encoding[] = [
  [0b110100, 0b110111, conditional],
  [0b111000, 0b111001, always],
  [0b111100, 0b111101, wide],
];
