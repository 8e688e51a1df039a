import { BusFault, type AccessBytes, type Bus } from './bus.ts';
import { EXCEPTION, Exceptions } from './exceptions.ts';
import { instructionOf } from './instructions.ts';
import type { CoreDebug, Processor } from './processor.ts';

const ALONE: CoreDebug = { stopsAt: () => false, breakpoint: () => false, hardFault: () => false };
/** Reset clock of an STM32F0: 8 MHz. */
const RESET_CYCLE_NS = 125;

/**
 * An ARMv6-M core (Cortex-M0) as its manual describes it: ARMv6-M Architecture Reference Manual, DDI 0419. Cycles as in
 * the Cortex-M0 Technical Reference Manual, DDI 0432, table 3-1, zero wait states.
 */
export class Core implements Processor {
  /** r0..r14; r13 is the stack pointer in use. */
  readonly r = new Int32Array(15);
  readonly bus: Bus;
  readonly exceptions: Exceptions;
  debug: CoreDebug = ALONE;
  /** Address of the instruction that is carried out, and of the one after it. */
  pc = 0;
  next = 0;
  n = false;
  z = false;
  c = false;
  v = false;
  primask = false;
  /** Bit 0 of CONTROL: thread mode is unprivileged; Cortex-M0 has no such thing and reads 0. */
  processStack = false;
  /** The stack pointer that is not in use. */
  private otherStack = 0;
  halted = false;
  /** WFI or WFE: until something is pending. */
  asleep = false;
  lockedUp = false;
  /** A loop that changes nothing waits for somebody else: nothing would come of carrying it on. */
  idle = false;
  /** ns, by the core's own clock. */
  time = 0;
  cycleNs = RESET_CYCLE_NS;
  private stores = 0;
  private readonly loop = { target: -1, stores: -1, flags: 0, r: new Int32Array(15) };

  constructor(bus: Bus) {
    this.bus = bus;
    this.exceptions = new Exceptions(this);
  }

  /** Reset: stack pointer and first instruction from the vector table at 0 (DDI 0419, B1.5.5). */
  reset(): void {
    this.r.fill(0);
    this.exceptions.reset();
    this.primask = this.processStack = this.lockedUp = this.halted = false;
    this.n = this.z = this.c = this.v = false;
    this.cycleNs = RESET_CYCLE_NS;
    this.wake();
    this.otherStack = 0;
    this.r[14] = -1;
    try {
      this.r[13] = this.bus.read(0, 4) & ~3;
      this.jump(this.bus.read(4, 4));
    } catch (error) {
      this.fault(error);
    }
  }

  /** Runs until `time` has come, `budget` instructions are done, or nothing more happens by itself. */
  run(until: number, budget: number): void {
    for (let left = budget; left > 0 && this.time < until; left -= 1) {
      if (this.halted || this.lockedUp) return;
      if (this.exceptions.anyPending) this.takePending();
      if (this.asleep || this.idle) return;
      if (this.debug.stopsAt(this.next)) {
        this.halted = this.debug.breakpoint();
        if (this.halted) return;
      }
      this.step();
    }
  }

  /** One instruction, whatever else is going on. */
  step(): void {
    this.pc = this.next;
    try {
      const op = this.fetch(this.pc);
      this.next = (this.pc + 2) >>> 0;
      this.time += this.cycleNs;
      instructionOf(op)(this, op);
    } catch (error) {
      this.next = this.pc;
      this.fault(error);
    }
  }

  /** Somebody else changed something: what waited looks again. */
  wake(): void {
    this.idle = false;
    this.loop.target = -1;
  }

  fetch(address: number): number {
    return this.bus.read(address >>> 0, 2);
  }

  /** Cycles beside the one that every instruction has. */
  spend(cycles: number): void {
    this.time += cycles * this.cycleNs;
  }

  /** r15 reads as the instruction's address and 4 (DDI 0419, A5.1.2). */
  reg(index: number): number {
    return index === 15 ? (this.pc + 4) | 0 : (this.r[index] ?? 0);
  }

  setReg(index: number, value: number): void {
    if (index === 15) this.branch(value);
    else this.r[index] = index === 13 ? value & ~3 : value;
  }

  load(address: number, bytes: AccessBytes): number {
    this.spend(1);
    return this.bus.read(aligned(address, bytes), bytes);
  }

  store(address: number, bytes: AccessBytes, value: number): void {
    this.spend(1);
    this.stores += 1;
    this.bus.write(aligned(address, bytes), bytes, value);
  }

  /** A branch that was taken; backwards it may be the turn of a loop that only waits. */
  branch(target: number): void {
    this.spend(2);
    this.next = (target & ~1) >>> 0;
    if (this.next <= this.pc) this.turn();
  }

  /** BX, BLX, POP: bit 0 is the state; a return from an exception where it says so. */
  interwork(target: number): void {
    if (this.exceptions.returns(target)) return;
    this.spend(2);
    this.jump(target);
  }

  flagsNZ(result: number): void {
    this.n = result < 0;
    this.z = result === 0;
  }

  get sp(): number {
    return this.r[13] ?? 0;
  }

  get msp(): number {
    return this.usesProcessStack ? this.otherStack : this.sp;
  }

  set msp(value: number) {
    if (this.usesProcessStack) this.otherStack = value & ~3;
    else this.r[13] = value & ~3;
  }

  get psp(): number {
    return this.usesProcessStack ? this.sp : this.otherStack;
  }

  set psp(value: number) {
    if (this.usesProcessStack) this.r[13] = value & ~3;
    else this.otherStack = value & ~3;
  }

  /** CONTROL.SPSEL; handler mode always has the main stack. */
  selectStack(process: boolean): void {
    if (process === this.processStack) return;
    this.processStack = process;
    const other = this.otherStack;
    this.otherStack = this.sp;
    this.r[13] = other;
  }

  get xpsr(): number {
    const flags = (this.n ? 8 : 0) | (this.z ? 4 : 0) | (this.c ? 2 : 0) | (this.v ? 1 : 0);
    return (flags << 28) | (1 << 24) | this.exceptions.current;
  }

  setFlags(psr: number): void {
    this.n = psr < 0;
    this.z = (psr & (1 << 30)) !== 0;
    this.c = (psr & (1 << 29)) !== 0;
    this.v = (psr & (1 << 28)) !== 0;
  }

  jump(target: number): void {
    if ((target & 1) === 0) throw new BusFault('arm-state', target >>> 0);
    this.next = (target & ~1) >>> 0;
  }

  /** What went wrong becomes HardFault, or lockup where that is being served already. */
  fault(error: unknown): void {
    if (!(error instanceof BusFault)) throw error;
    if (this.exceptions.priority < 0) this.lockedUp = true;
    else if (this.debug.hardFault()) this.halted = true;
    else this.enter(EXCEPTION.hardFault);
  }

  enter(exception: number): void {
    try {
      this.exceptions.enter(exception);
    } catch (error) {
      if (!(error instanceof BusFault)) throw error;
      this.lockedUp = true;
    }
  }

  private get usesProcessStack(): boolean {
    return this.processStack;
  }

  private takePending(): void {
    const exception = this.exceptions.next();
    // Masked by PRIMASK an interrupt still ends WFI (DDI 0419, B1.5.16).
    this.asleep = false;
    if (exception === null) return;
    this.idle = false;
    this.enter(exception);
  }

  private turn(): void {
    const { loop } = this;
    const same = loop.target === this.next && loop.stores === this.stores && loop.flags === this.xpsr;
    if (same && loop.r.every((value, index) => value === this.r[index])) {
      this.idle = true;
      return;
    }
    loop.target = this.next;
    loop.stores = this.stores;
    loop.flags = this.xpsr;
    loop.r.set(this.r);
  }
}

function aligned(address: number, bytes: AccessBytes): number {
  if ((address & (bytes - 1)) !== 0) throw new BusFault('unaligned', address >>> 0);
  return address >>> 0;
}
