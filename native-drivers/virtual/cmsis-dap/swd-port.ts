import { BusFault } from '../armv6m/bus.ts';
import type { FaultSet } from '../faults.ts';
import type { Stm32f0Chip } from './chip.ts';
import { MemAp } from './mem-ap.ts';

/** Acknowledge of an SWD packet (IHI 0031, B4.1.6); none: nobody drives the line, which reads as ones. */
export const ACK = { ok: 1, wait: 2, fault: 4, none: 7 } as const;
export type Ack = (typeof ACK)[keyof typeof ACK];

/** STM32F0: SW-DP of version 1, minimal (RM0091, section 32.5.3). */
const DPIDR = 0x0bb11477;
/** Registers of the debug port (IHI 0031, B2.2). */
const DP = { dpidr: 0x0, ctrl: 0x4, select: 0x8, rdbuff: 0xc } as const;
const ABORT = { stkcmp: 2, stkerr: 4, wderr: 8, orun: 16 };
const CTRL = { orundetect: 1, stickyorun: 2, stickycmp: 0x10, stickyerr: 0x20, readok: 0x40, wdataerr: 0x80 };
const POWER_REQUESTS = 0x50000000;
const DEBUG_POWER = 0x10000000;
/** Sequences of the SWJ-DP (B5.2, B5.3): at least 50 ones reset the line; 16 bits choose the protocol. */
const LINE_RESET_ONES = 50;
const JTAG_TO_SWD = 0xe79e;
const SWD_TO_JTAG = 0xe73c;

/** What comes of one packet. */
export interface SwdAnswer {
  ack: Ack;
  data: number;
}

/** The part's end of the SWD line: line state, debug port, and the access port behind it. */
export class SwdPort {
  private readonly chip: Stm32f0Chip;
  private readonly faults: FaultSet;
  private readonly ap: MemAp;
  private swd = false;
  /** After a line reset only DPIDR may be read (B4.3.3). */
  private fresh = true;
  private ones = 0;
  private recent = 0;
  private control = 0;
  private select = 0;
  private buffer = 0;

  constructor(chip: Stm32f0Chip, faults: FaultSet) {
    this.chip = chip;
    this.faults = faults;
    this.ap = new MemAp(chip);
  }

  /** Bits of a sequence that is no packet, least significant first. */
  sequence(bit: 0 | 1): void {
    this.recent = (this.recent >>> 1) | (bit << 15);
    this.ones = bit === 1 ? this.ones + 1 : 0;
    if (this.ones === LINE_RESET_ONES) this.fresh = true;
    if (this.recent === JTAG_TO_SWD) this.swd = true;
    if (this.recent === SWD_TO_JTAG) this.swd = false;
  }

  /** One packet. `time`: ns, of the line. */
  transfer(ap: boolean, read: boolean, register: number, value: number, time: number): SwdAnswer {
    if (!this.swd || this.chip.debugPortDead) return SILENT;
    if (this.fresh && (ap || !read || register !== DP.dpidr)) return SILENT;
    this.fresh = false;
    this.ones = 0;
    if (ap) return this.access(read, register, value, time);
    return read ? this.readDp(register) : this.writeDp(register, value);
  }

  private readDp(register: number): SwdAnswer {
    if (register === DP.dpidr) return ok(DPIDR);
    if (register === DP.ctrl) return ok((this.select & 15) === 0 ? this.status() : 0);
    if (this.sticky) return FAULT;
    return ok(this.buffer);
  }

  private writeDp(register: number, value: number): SwdAnswer {
    if (register === DP.dpidr) this.abort(value);
    else if (this.sticky) return FAULT;
    else if (register === DP.select) this.select = value >>> 0;
    else if (register === DP.ctrl) this.power(value);
    return ok(0);
  }

  private access(read: boolean, register: number, value: number, time: number): SwdAnswer {
    if (this.sticky) return FAULT;
    if (this.faults.take('swd-wait') !== null) return WAIT;
    if ((this.control & DEBUG_POWER) === 0) return this.stick();
    const address = (this.select & 0xf0) | register;
    // The error of this access shows at the next one: only then is it known (B4.2.1).
    const before = this.buffer;
    try {
      if (this.faults.take('swd-fault') !== null) throw new BusFault('no-such-address', 0);
      if (this.select >>> 24 !== 0) this.buffer = 0;
      else if (read) this.buffer = this.ap.read(address, time);
      else this.ap.write(address, value, time);
    } catch (error) {
      if (!(error instanceof BusFault)) throw error;
      this.control |= CTRL.stickyerr;
    }
    return ok(before);
  }

  private stick(): SwdAnswer {
    this.control |= CTRL.stickyerr;
    return FAULT;
  }

  private get sticky(): boolean {
    return (this.control & (CTRL.stickyerr | CTRL.wdataerr | CTRL.stickyorun)) !== 0;
  }

  /** Power requests are granted at once; a debugger that asked is what closes a protected part. */
  private power(value: number): void {
    const sticky = this.control & (CTRL.stickyerr | CTRL.stickycmp | CTRL.stickyorun | CTRL.wdataerr);
    this.control = sticky | (value & (POWER_REQUESTS | CTRL.orundetect));
    if ((value & DEBUG_POWER) !== 0) this.chip.debuggerSeen = true;
  }

  private status(): number {
    return (this.control | ((this.control & POWER_REQUESTS) << 1) | CTRL.readok) >>> 0;
  }

  private abort(value: number): void {
    if ((value & ABORT.stkcmp) !== 0) this.control &= ~CTRL.stickycmp;
    if ((value & ABORT.stkerr) !== 0) this.control &= ~CTRL.stickyerr;
    if ((value & ABORT.wderr) !== 0) this.control &= ~CTRL.wdataerr;
    if ((value & ABORT.orun) !== 0) this.control &= ~CTRL.stickyorun;
  }
}

const ok = (data: number): SwdAnswer => ({ ack: ACK.ok, data: data >>> 0 });
const SILENT: SwdAnswer = { ack: ACK.none, data: 0xffffffff };
const WAIT: SwdAnswer = { ack: ACK.wait, data: 0 };
const FAULT: SwdAnswer = { ack: ACK.fault, data: 0 };
