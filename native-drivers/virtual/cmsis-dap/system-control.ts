import type { Core } from '../armv6m/core.ts';
import { EXCEPTION } from '../armv6m/exceptions.ts';

/** Registers of the system control space (ARMv6-M ARM, DDI 0419, B3.2.2 and B3.4). */
const CPUID = 0xe000ed00;
const ICSR = 0xe000ed04;
const AIRCR = 0xe000ed0c;
const CCR = 0xe000ed14;
const SHPR2 = 0xe000ed1c;
const SHPR3 = 0xe000ed20;
const ISER = 0xe000e100;
const ICER = 0xe000e180;
const ISPR = 0xe000e200;
const ICPR = 0xe000e280;
const IPR = 0xe000e400;
/** Cortex-M0 r0p0 (DDI 0432, section 4.3). */
const CORTEX_M0 = 0x410cc200;
/** STKALIGN and UNALIGN_TRP are always set (DDI 0419, B3.2.8). */
const CCR_VALUE = 0x208;
const VECTKEY = 0x05fa;
const VECTKEYSTAT = 0xfa05;
const SYSRESETREQ = 4;

/** Identity, exceptions and interrupts of the core. SysTick counts nothing here: its registers only hold. */
export class SystemControl {
  private readonly core: Core;
  private readonly requestReset: () => void;
  private readonly held = new Map<number, number>();

  constructor(core: Core, requestReset: () => void) {
    this.core = core;
    this.requestReset = requestReset;
  }

  reset(): void {
    this.held.clear();
  }

  read(address: number): number {
    const { exceptions } = this.core;
    if (address === CPUID) return CORTEX_M0;
    if (address === ICSR) return this.icsr();
    if (address === AIRCR) return (VECTKEYSTAT << 16) >>> 0;
    if (address === CCR) return CCR_VALUE;
    if (address === ISER || address === ICER) return exceptions.enabled >>> 0;
    if (address === ISPR || address === ICPR) return this.pendingInterrupts();
    const first = firstOf(address);
    return first === null ? (this.held.get(address) ?? 0) : this.priorities(first);
  }

  write(address: number, value: number): void {
    const { exceptions } = this.core;
    if (address === ICSR) this.pend(value);
    else if (address === AIRCR) this.control(value);
    else if (address === ISER) exceptions.enabled |= value;
    else if (address === ICER) exceptions.enabled &= ~value;
    else if (address === ISPR) each(value, (one) => exceptions.pend(EXCEPTION.firstInterrupt + one));
    else if (address === ICPR) each(value, (one) => exceptions.unpend(EXCEPTION.firstInterrupt + one));
    else this.hold(address, value);
  }

  private hold(address: number, value: number): void {
    const first = firstOf(address);
    if (first === null) this.held.set(address, value >>> 0);
    else
      for (let at = 0; at < 4; at += 1)
        this.core.exceptions.priorities[first + at] = (value >>> (at * 8 + 6)) & 3;
  }

  private priorities(first: number): number {
    const bytes = [0, 1, 2, 3].map((at) => (this.core.exceptions.priorities[first + at] ?? 0) << 6);
    return Buffer.from(bytes).readUInt32LE();
  }

  private icsr(): number {
    const { exceptions } = this.core;
    const bit = (exception: number, at: number): number => (exceptions.isPending(exception) ? 1 << at : 0);
    const pending = bit(EXCEPTION.nmi, 31) | bit(EXCEPTION.pendSv, 28) | bit(EXCEPTION.sysTick, 26);
    return (pending | exceptions.current) >>> 0;
  }

  private pend(value: number): void {
    const { exceptions } = this.core;
    const pairs = [
      [EXCEPTION.nmi, 31, -1],
      [EXCEPTION.pendSv, 28, 27],
      [EXCEPTION.sysTick, 26, 25],
    ] as const;
    for (const [exception, set, clear] of pairs) {
      if (((value >>> set) & 1) === 1) exceptions.pend(exception);
      if (clear >= 0 && ((value >>> clear) & 1) === 1) exceptions.unpend(exception);
    }
  }

  private control(value: number): void {
    if (value >>> 16 === VECTKEY && (value & SYSRESETREQ) !== 0) this.requestReset();
  }

  private pendingInterrupts(): number {
    let bits = 0;
    for (let one = 0; one < 32; one += 1)
      if (this.core.exceptions.isPending(EXCEPTION.firstInterrupt + one)) bits |= 1 << one;
    return bits >>> 0;
  }
}

/** Number of the first of four exceptions whose priorities a word holds; null: not such a word. */
function firstOf(address: number): number | null {
  if (address === SHPR2) return 8;
  if (address === SHPR3) return 12;
  return address >= IPR && address < IPR + 32 ? EXCEPTION.firstInterrupt + (address - IPR) : null;
}

function each(bits: number, act: (index: number) => void): void {
  for (let index = 0; index < 32; index += 1) if (((bits >>> index) & 1) === 1) act(index);
}
