import type { Processor } from './processor.ts';

/** Exception numbers (ARMv6-M ARM, DDI 0419, table B1-3); interrupts follow from 16. */
export const EXCEPTION = {
  nmi: 2,
  hardFault: 3,
  svCall: 11,
  pendSv: 14,
  sysTick: 15,
  firstInterrupt: 16,
} as const;
const INTERRUPTS = 32;
/** EXC_RETURN (table B1-8): back to handler mode, to thread mode on the main stack, on the process stack. */
const RETURN = { handler: 0xfffffff1, main: 0xfffffff9, process: 0xfffffffd } as const;
const RETURN_MASK = 0xf0000000;
const THREAD_PRIORITY = 4;
const FRAME_BYTES = 32;
/** Bit 9 of the stacked xPSR: the frame was moved to be aligned to 8 (B1.5.6). */
const REALIGNED = 1 << 9;

/** Exceptions of the core: what is pending, what is being served, entry and return. */
export class Exceptions {
  /** Of the exception being served; 0 in thread mode. */
  current = 0;
  /** Priorities 0..3 by exception number: SHPR2, SHPR3 and the IPR registers hold them. */
  readonly priorities = new Uint8Array(EXCEPTION.firstInterrupt + INTERRUPTS);
  /** Enabled interrupts, one bit each. */
  enabled = 0;
  private readonly core: Processor;
  private readonly pending = new Set<number>();
  private readonly active: number[] = [];

  constructor(core: Processor) {
    this.core = core;
  }

  reset(): void {
    this.current = 0;
    this.enabled = 0;
    this.priorities.fill(0);
    this.pending.clear();
    this.active.length = 0;
  }

  get anyPending(): boolean {
    return this.pending.size > 0;
  }

  isPending(exception: number): boolean {
    return this.pending.has(exception);
  }

  pend(exception: number): void {
    this.pending.add(exception);
  }

  unpend(exception: number): void {
    this.pending.delete(exception);
  }

  /** Of what runs now: the lower, the more urgent. */
  get priority(): number {
    const served = this.active.map((one) => this.priorityOf(one));
    return Math.min(THREAD_PRIORITY, ...served, ...(this.core.primask ? [0] : []));
  }

  /** The most urgent that may be taken now; null: none. */
  next(): number | null {
    let best: number | null = null;
    for (const one of [...this.pending].sort((a, b) => a - b)) {
      if (!this.isEnabled(one) || this.priorityOf(one) >= this.priority) continue;
      if (best === null || this.priorityOf(one) < this.priorityOf(best)) best = one;
    }
    return best;
  }

  /** SVC: taken at once, or a HardFault where it must not be. */
  supervisorCall(): void {
    const allowed = this.priorityOf(EXCEPTION.svCall) < this.priority;
    this.core.enter(allowed ? EXCEPTION.svCall : EXCEPTION.hardFault);
  }

  /** Stacks eight words and goes to the handler (B1.5.6). */
  enter(exception: number): void {
    const { core } = this;
    const thread = this.current === 0;
    const back = this.returnCode(thread);
    this.push();
    core.selectStack(false);
    core.r[14] = back | 0;
    this.pending.delete(exception);
    this.active.push(exception);
    this.current = exception;
    core.asleep = core.idle = false;
    core.spend(15);
    core.jump(core.bus.read(exception * 4, 4));
  }

  /** True where `target` was an EXC_RETURN, which is carried out (B1.5.8). */
  returns(target: number): boolean {
    const code = target >>> 0;
    if (this.current === 0 || (code & RETURN_MASK) >>> 0 !== RETURN_MASK >>> 0) return false;
    this.active.splice(this.active.lastIndexOf(this.current), 1);
    this.current = 0;
    this.core.selectStack(code === RETURN.process);
    this.pop();
    this.core.spend(12);
    return true;
  }

  private returnCode(thread: boolean): number {
    if (!thread) return RETURN.handler;
    return this.core.processStack ? RETURN.process : RETURN.main;
  }

  private push(): void {
    const { core } = this;
    const realigned = (core.sp & 4) !== 0;
    const frame = (core.sp - FRAME_BYTES) & ~7;
    const psr = core.xpsr | (realigned ? REALIGNED : 0);
    const words = [
      core.reg(0),
      core.reg(1),
      core.reg(2),
      core.reg(3),
      core.reg(12),
      core.reg(14),
      core.next,
      psr,
    ];
    for (const [index, word] of words.entries()) core.bus.write((frame + index * 4) >>> 0, 4, word);
    core.r[13] = frame;
  }

  private pop(): void {
    const { core } = this;
    const frame = core.sp >>> 0;
    const word = (index: number): number => core.bus.read(frame + index * 4, 4) | 0;
    for (let index = 0; index < 4; index += 1) core.r[index] = word(index);
    core.r[12] = word(4);
    core.r[14] = word(5);
    core.next = (word(6) & ~1) >>> 0;
    const psr = word(7);
    core.setFlags(psr);
    this.current = psr & 0x3f;
    core.r[13] = frame + FRAME_BYTES + ((psr & REALIGNED) === 0 ? 0 : 4);
  }

  private isEnabled(exception: number): boolean {
    const interrupt = exception - EXCEPTION.firstInterrupt;
    return interrupt < 0 || ((this.enabled >>> interrupt) & 1) === 1;
  }

  private priorityOf(exception: number): number {
    if (exception === EXCEPTION.nmi) return -2;
    if (exception === EXCEPTION.hardFault) return -1;
    return this.priorities[exception] ?? 0;
  }
}
