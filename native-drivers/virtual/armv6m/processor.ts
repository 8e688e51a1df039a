import type { AccessBytes, Bus } from './bus.ts';

/** What a debugger has to say while the core runs. */
export interface CoreDebug {
  /** A breakpoint of the unit is at that address. */
  stopsAt(address: number): boolean;
  /** BKPT was met: true halts, false escalates to HardFault (ARMv6-M ARM, C1.6.1). */
  breakpoint(): boolean;
  /** HardFault is about to be taken: true halts instead (vector catch). */
  hardFault(): boolean;
}

/** The core as its instructions and exceptions see it. */
export interface Processor {
  /** r0..r14; r13 is the stack pointer in use. */
  readonly r: Int32Array;
  readonly bus: Bus;
  readonly exceptions: {
    readonly current: number;
    readonly anyPending: boolean;
    /** SVC. */
    supervisorCall(): void;
  };
  readonly debug: CoreDebug;
  /** Address of the instruction that is carried out, and of the one after it. */
  readonly pc: number;
  next: number;
  n: boolean;
  z: boolean;
  c: boolean;
  v: boolean;
  primask: boolean;
  /** CONTROL.SPSEL. */
  readonly processStack: boolean;
  halted: boolean;
  /** WFI or WFE: until something is pending. */
  asleep: boolean;
  idle: boolean;
  msp: number;
  psp: number;
  readonly sp: number;
  readonly xpsr: number;
  fetch(address: number): number;
  /** Cycles beside the one that every instruction has. */
  spend(cycles: number): void;
  /** r15 reads as the instruction's address and 4 (DDI 0419, A5.1.2). */
  reg(index: number): number;
  setReg(index: number, value: number): void;
  load(address: number, bytes: AccessBytes): number;
  store(address: number, bytes: AccessBytes, value: number): void;
  branch(target: number): void;
  /** BX, BLX, POP: bit 0 is the state; a return from an exception where it says so. */
  interwork(target: number): void;
  jump(target: number): void;
  flagsNZ(result: number): void;
  setFlags(psr: number): void;
  selectStack(process: boolean): void;
  enter(exception: number): void;
}

/** Carries one instruction out; `op` is its (first) half-word. */
export type Instruction = (core: Processor, op: number) => void;
/** Instructions by their highest six bits (ARMv6-M ARM, DDI 0419, table A5-1). */
export type Encoding = readonly [from: number, to: number, carry: Instruction];
