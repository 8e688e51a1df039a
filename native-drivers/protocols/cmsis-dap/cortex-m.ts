import { DriverError } from '#drivers/core/errors.ts';
import type { DebugAccess, MemoryAccess } from './debug-access.ts';

/** Debug registers of the core (ARMv6-M Architecture Reference Manual, DDI 0419, C1.6). */
const DHCSR = 0xe000edf0;
const DCRSR = 0xe000edf4;
const DCRDR = 0xe000edf8;
const DEMCR = 0xe000edfc;
const DBGKEY = 0xa05f0000;
const C = { debugen: 1, halt: 2, maskints: 8 };
const S_HALT = 1 << 17;
const VC_CORERESET = 1;
const WRITE_REGISTER = 1 << 16;
/** DCRSR's numbers: stack pointer, link register, next instruction, xPSR with its Thumb bit. */
export const REGISTER = { sp: 13, lr: 14, pc: 15, xpsr: 16 } as const;
export const THUMB = 0x01000000;

/** Halt and go of a Cortex-M core. */
export class CortexM {
  private readonly access: DebugAccess;

  constructor(access: DebugAccess) {
    this.access = access;
  }

  /**
   * The first instruction is not carried out: nRESET is held while the catch is set, so that firmware that turns the
   * debug port off or sleeps has no say. Where the probe's nRESET is not wired the core is halted all the same.
   */
  async haltUnderReset(connect: () => Promise<unknown>): Promise<void> {
    await this.access.resetLine(true);
    try {
      await connect();
      await this.access.memory([
        { write: DHCSR, value: (DBGKEY | C.debugen | C.halt) >>> 0 },
        { write: DEMCR, value: VC_CORERESET },
      ]);
    } finally {
      await this.access.resetLine(false);
    }
    await this.awaitHalt();
    await this.access.writeWord(DEMCR, 0);
  }

  /** Registers, then off from the last of them: `pc`. Interrupts stay out. */
  async start(registers: Readonly<Record<number, number>>): Promise<void> {
    const writes = Object.entries(registers).flatMap(([register, value]): MemoryAccess[] => [
      { write: DCRDR, value: value >>> 0 },
      { write: DCRSR, value: WRITE_REGISTER | Number(register) },
    ]);
    // C_MASKINTS may only change while the core is halted and stays so (C1.6.3).
    await this.access.memory([
      ...writes,
      { write: DHCSR, value: (DBGKEY | C.debugen | C.halt | C.maskints) >>> 0 },
      { write: DHCSR, value: (DBGKEY | C.debugen | C.maskints) >>> 0 },
    ]);
  }

  async halt(): Promise<void> {
    await this.access.writeWord(DHCSR, (DBGKEY | C.debugen | C.halt) >>> 0);
    await this.awaitHalt();
  }

  /** Reset with nothing of a debugger left: the part runs what is in its flash. */
  async runFreely(): Promise<void> {
    await this.access.memory([
      { write: DEMCR, value: 0 },
      { write: DHCSR, value: DBGKEY >>> 0 },
    ]);
    await this.access.resetLine(true);
    await this.access.resetLine(false);
  }

  private async awaitHalt(): Promise<void> {
    if (await this.access.matches(DHCSR, S_HALT, S_HALT)) return;
    throw new DriverError('no-answer', 'The core does not halt.');
  }
}
