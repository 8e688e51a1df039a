import type { Core } from '../armv6m/core.ts';
import type { CoreDebug } from '../armv6m/processor.ts';

/** Debug registers (ARMv6-M ARM, DDI 0419, C1.6), the breakpoint unit (C1.8) and the watchpoint unit's place (C1.7). */
const DFSR = 0xe000ed30;
const DHCSR = 0xe000edf0;
const DCRSR = 0xe000edf4;
const DCRDR = 0xe000edf8;
const DEMCR = 0xe000edfc;
const BP_CTRL = 0xe0002000;
const BP_COMP0 = 0xe0002008;
const COMPARATORS = 4;
const DBGKEY = 0xa05f;
const C = { debugen: 1, halt: 2, step: 4, maskints: 8 };
const S = {
  regrdy: 1 << 16,
  halt: 1 << 17,
  sleep: 1 << 18,
  lockup: 1 << 19,
  retired: 1 << 24,
  reset: 1 << 25,
};
const HALTED = 1;
const BKPT = 2;
const VCATCH = 8;
const VC_CORERESET = 1;
const VC_HARDERR = 1 << 10;
const DEMCR_BITS = 0x01000401;

/** What a debugger sees and does of the core. Software on the core reaches none of it. */
export class CoreDebugUnit implements CoreDebug {
  private readonly core: Core;
  private control = 0;
  private dfsr = 0;
  private demcr = 0;
  private transfer = 0;
  private unitEnabled = false;
  private wasReset = true;
  private readonly comparators = new Uint32Array(COMPARATORS);
  private readonly stops = new Set<number>();

  constructor(core: Core) {
    this.core = core;
    core.debug = this;
  }

  /** Power came: nothing of a debugger is left. */
  powerOn(): void {
    this.control = this.dfsr = this.demcr = 0;
    this.unitEnabled = false;
    this.comparators.fill(0);
    this.place();
  }

  /** A system reset has ended: the vector catch halts at the first instruction (C1.4.1). */
  afterReset(): void {
    this.wasReset = true;
    this.control &= ~(C.halt | C.step);
    if (this.enabled && (this.demcr & VC_CORERESET) !== 0) this.halt(VCATCH);
  }

  get enabled(): boolean {
    return (this.control & C.debugen) !== 0;
  }

  owns(address: number): boolean {
    const inScs = address === DFSR || (address >= DHCSR && address <= DEMCR);
    return inScs || (address >= BP_CTRL && address < BP_CTRL + 0x1000);
  }

  read(address: number): number {
    if (address === DFSR) return this.dfsr;
    if (address === DHCSR) return this.status();
    if (address === DCRDR) return this.transfer >>> 0;
    if (address === DEMCR) return this.demcr;
    if (address === BP_CTRL) return (COMPARATORS << 4) | (this.unitEnabled ? 1 : 0);
    return this.comparators[(address - BP_COMP0) / 4] ?? 0;
  }

  write(address: number, value: number): void {
    if (address === DFSR) this.dfsr &= ~value;
    else if (address === DHCSR) this.command(value);
    else if (address === DCRSR) this.register(value);
    else if (address === DCRDR) this.transfer = value | 0;
    else if (address === DEMCR) this.demcr = value & DEMCR_BITS;
    else this.breakpoints(address, value);
  }

  stopsAt(address: number): boolean {
    return this.stops.size > 0 && this.stops.has(address);
  }

  breakpoint(): boolean {
    if (!this.enabled) return false;
    this.halt(BKPT);
    return true;
  }

  hardFault(): boolean {
    if (!this.enabled || (this.demcr & VC_HARDERR) === 0) return false;
    this.halt(VCATCH);
    return true;
  }

  private halt(reason: number): void {
    this.core.halted = true;
    this.control |= C.halt;
    this.dfsr |= reason;
  }

  /** S_RESET_ST and S_RETIRE_ST are cleared by the read (C1.6.3). */
  private status(): number {
    const { core } = this;
    let bits = (this.control & 0xf) | S.regrdy | S.retired;
    if (core.halted) bits |= S.halt;
    if (core.asleep) bits |= S.sleep;
    if (core.lockedUp) bits |= S.lockup;
    if (this.wasReset) bits |= S.reset;
    this.wasReset = false;
    return bits;
  }

  private command(value: number): void {
    if (value >>> 16 !== DBGKEY) return;
    const { core } = this;
    this.control = value & 0xf;
    if (!this.enabled) {
      core.halted = false;
      return;
    }
    if ((value & C.halt) !== 0) {
      if (!core.halted) this.halt(HALTED);
      core.lockedUp = false;
    } else if (core.halted) this.resume((value & C.step) !== 0);
  }

  private resume(step: boolean): void {
    const { core } = this;
    core.halted = false;
    core.wake();
    if (!step) return;
    core.step();
    this.halt(HALTED);
  }

  /** DCRSR: a core register to or from DCRDR (C1.6.4). */
  private register(value: number): void {
    if (!this.core.halted) return;
    const index = value & 31;
    if ((value & (1 << 16)) === 0) this.transfer = this.readCore(index);
    else this.writeCore(index, this.transfer);
  }

  private readCore(index: number): number {
    const { core } = this;
    if (index < 15) return core.reg(index);
    if (index === 15) return core.next;
    if (index === 16) return core.xpsr;
    if (index === 17) return core.msp;
    if (index === 18) return core.psp;
    return index === 20 ? (core.processStack ? 2 << 24 : 0) | (core.primask ? 1 : 0) : 0;
  }

  private writeCore(index: number, value: number): void {
    const { core } = this;
    if (index < 15) core.setReg(index, value);
    else if (index === 15) core.next = (value & ~1) >>> 0;
    else if (index === 16) {
      core.setFlags(value);
      core.exceptions.current = value & 0x3f;
    } else if (index === 17) core.msp = value;
    else if (index === 18) core.psp = value;
    else if (index === 20) {
      core.selectStack((value & (2 << 24)) !== 0);
      core.primask = (value & 1) !== 0;
    }
  }

  /** BP_CTRL takes its key in bit 1; comparators: word address, and which half of it (C1.8.4). */
  private breakpoints(address: number, value: number): void {
    if (address === BP_CTRL) {
      if ((value & 2) !== 0) this.unitEnabled = (value & 1) !== 0;
    } else if (address >= BP_COMP0 && address < BP_COMP0 + COMPARATORS * 4)
      this.comparators[(address - BP_COMP0) / 4] = value & 0xdffffffd;
    this.place();
  }

  private place(): void {
    this.stops.clear();
    if (!this.unitEnabled) return;
    for (const one of this.comparators) {
      if ((one & 1) === 0) continue;
      const word = one & 0x1ffffffc;
      const match = one >>> 30;
      if ((match & 1) !== 0) this.stops.add(word);
      if ((match & 2) !== 0) this.stops.add(word + 2);
    }
  }
}
