import { BusFault, type AccessBytes } from '../armv6m/bus.ts';
import type { Stm32f0Chip } from './chip.ts';

/** Registers of a MEM-AP (Arm Debug Interface v5.2, IHI 0031, C2.6). */
const REGISTER = { csw: 0x00, tar: 0x04, drw: 0x0c, bd0: 0x10, cfg: 0xf4, base: 0xf8, idr: 0xfc };
/** AHB-AP of a Cortex-M0 as an STM32F0 shows it. */
const IDR = 0x04770021;
const ROM_TABLE = 0xe00ff003;
/** DeviceEn is always set; Size 0..2 and increment off or single are writable, packed is not implemented. */
const CSW_FIXED = 0x43000040;
const INCREMENT = 1 << 4;
/** The address counts up within 1 KiB (C2.2.2). */
const WRAP = 0x400;

/** The AHB access port: an address register, a data register, and the bus behind them. */
export class MemAp {
  private readonly chip: Stm32f0Chip;
  private size = 2;
  private increments = false;
  private tar = 0;

  constructor(chip: Stm32f0Chip) {
    this.chip = chip;
  }

  /** Throws `BusFault` where the bus answers with an error. `time`: of the debugger, ns. */
  read(register: number, time: number): number {
    if (register === REGISTER.csw) return CSW_FIXED | (this.increments ? INCREMENT : 0) | this.size;
    if (register === REGISTER.tar) return this.tar;
    if (register === REGISTER.idr) return IDR;
    if (register === REGISTER.base) return ROM_TABLE;
    if (register === REGISTER.drw) return this.transfer((address) => this.load(address, time));
    if (register >= REGISTER.bd0 && register < REGISTER.bd0 + 16)
      return this.load(this.banked(register), time, 4);
    return 0;
  }

  write(register: number, value: number, time: number): void {
    if (register === REGISTER.csw) {
      this.size = Math.min(value & 7, 2);
      this.increments = (value & 0x30) === INCREMENT;
    } else if (register === REGISTER.tar) this.tar = value >>> 0;
    else if (register === REGISTER.drw) this.transfer((address) => this.store(address, value, time));
    else if (register >= REGISTER.bd0 && register < REGISTER.bd0 + 16)
      this.store(this.banked(register), value, time, 4);
  }

  private get bytes(): AccessBytes {
    if (this.size === 0) return 1;
    return this.size === 1 ? 2 : 4;
  }

  private transfer<T>(access: (address: number) => T): T {
    const result = access(this.tar);
    if (this.increments) {
      const within = (this.tar + this.bytes) % WRAP;
      this.tar = this.tar - (this.tar % WRAP) + within;
    }
    return result;
  }

  private banked(register: number): number {
    return ((this.tar & ~15) | (register - REGISTER.bd0)) >>> 0;
  }

  /** Bytes and half-words travel in their lanes (C2.2.6). */
  private load(address: number, time: number, bytes = this.bytes): number {
    this.chip.advance(time);
    checkAligned(address, bytes);
    return (this.chip.debugRead(address, bytes) << ((address & (4 - bytes) & 3) * 8)) >>> 0;
  }

  private store(address: number, value: number, time: number, bytes = this.bytes): void {
    this.chip.advance(time);
    checkAligned(address, bytes);
    this.chip.debugWrite(address, bytes, bytes === 4 ? value : value >>> ((address & 3) * 8));
  }
}

function checkAligned(address: number, bytes: number): void {
  if (address % bytes !== 0) throw new BusFault('unaligned', address);
}
