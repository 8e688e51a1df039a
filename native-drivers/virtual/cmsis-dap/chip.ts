import { BusFault, type AccessBytes, type Bus } from '../armv6m/bus.ts';
import { Core } from '../armv6m/core.ts';
import type { SocketOptions } from '../target.ts';
import { ClockControl } from './clock-control.ts';
import { CoreDebugUnit } from './core-debug.ts';
import { CrcUnit } from './crc-unit.ts';
import { FlashController, type FlashHost } from './flash-controller.ts';
import {
  FLASH_BYTES,
  FLASH_START,
  OPTION_BYTES,
  OPTION_START,
  RAM_BYTES,
  RAM_START,
  SYSTEM_START,
  type ProtectionLevel,
  type Stm32f0Part,
} from './part.ts';
import { SystemControl } from './system-control.ts';

const RCC = 0x40021000;
const FLASH_REGISTERS = 0x40022000;
const CRC = 0x40023000;
const BLOCK = 0x400;
const DBGMCU_IDCODE = 0x40015800;
const PERIPHERALS = { start: 0x40000000, end: 0x48001800 };
const PRIVATE = { start: 0xe0000000, end: 0xe0100000 };
/** ROM table of a Cortex-M0 (DDI 0432, section 4.2): SCS, DWT, BPU; then its ids from FD0 on: 471, Arm. */
const ROM_TABLE = 0xe00ff000;
const ROM_ENTRIES: readonly number[] = [0xfff0f003, 0xfff02003, 0xfff03003, 0];
const ROM_IDS: readonly number[] = [0x04, 0, 0, 0, 0x71, 0xb4, 0x0b, 0, 0x0d, 0x10, 0x05, 0xb1];
/** Instructions that a look from outside carries the core forward at most: firmware that nobody waits for may lag. */
const BUDGET = 200_000;

/** One powered STM32F072: core, memories, peripherals, debug. Time passes in it when somebody looks. */
export class Stm32f0Chip implements Bus, FlashHost {
  readonly part: Stm32f0Part;
  readonly core: Core;
  readonly debug: CoreDebugUnit;
  /** Until when the last access of the debugger had to wait for flash, ns. */
  stalledUntil = 0;
  /** CDBGPWRUPREQ was set since power came: a debugger is on it. */
  debuggerSeen = false;
  /** Power fails at this moment. */
  powerFails = false;
  /** What the debugger did last is not to be answered (fault). */
  silent = false;
  private readonly options: Pick<SocketOptions, 'ideal' | 'faults' | 'clock'>;
  private readonly ram = Buffer.alloc(RAM_BYTES);
  private readonly flash: FlashController;
  private readonly crc = new CrcUnit();
  private readonly clocks = new ClockControl();
  private readonly scs: SystemControl;
  private readonly held = new Map<number, number>();
  private loadedLevel: ProtectionLevel = 0;
  private inReset = false;
  private resetAsked = false;

  constructor(part: Stm32f0Part, options: Pick<SocketOptions, 'ideal' | 'faults' | 'clock'>) {
    this.part = part;
    this.options = options;
    this.core = new Core(this);
    this.debug = new CoreDebugUnit(this.core);
    this.flash = new FlashController(part, this);
    this.scs = new SystemControl(this.core, () => (this.resetAsked = true));
    this.systemReset();
  }

  /** nRESET; while it is low only the debug registers answer. */
  set resetLine(low: boolean) {
    if (low === this.inReset) return;
    this.inReset = low;
    if (!low) this.systemReset();
  }

  get resetLine(): boolean {
    return this.inReset;
  }

  /** Level 2: the debug port is gone. */
  get debugPortDead(): boolean {
    return this.loadedLevel === 2;
  }

  /** When what the flash does now ends, ns. */
  get flashUntil(): number {
    return this.flash.ready;
  }

  level(): ProtectionLevel {
    return this.loadedLevel;
  }

  closed(): boolean {
    return this.loadedLevel > 0 && this.debuggerSeen;
  }

  now(): number {
    return this.core.time;
  }

  working(nanoseconds: number): number {
    this.options.ideal.countFlash(nanoseconds);
    return this.options.clock === null ? 0 : nanoseconds;
  }

  /** OBL_LAUNCH, as the faults have it. */
  launch(): void {
    const { faults } = this.options;
    const lost = faults.take('lock-lost') !== null;
    this.silent = faults.take('lock-silent') !== null || lost;
    this.resetAsked = !lost;
  }

  /** True: power fails while this half-word is programmed. */
  cut(): boolean {
    if (this.options.faults.take('power-cut-mid-write') === null) return false;
    this.powerFails = this.core.lockedUp = true;
    return true;
  }

  /** Carries the core forward to that time; without a pace as far as it goes by itself. */
  advance(time: number): void {
    const { core } = this;
    if (!this.inReset && !this.powerFails) core.run(this.options.clock === null ? Infinity : time, BUDGET);
    core.time = Math.max(core.time, time);
    this.settle();
  }

  debugRead(address: number, bytes: AccessBytes): number {
    this.reachable(address);
    if (this.debug.owns(address)) return this.debug.read(address);
    if (isFlash(address) && this.flash.busy) this.stalledUntil = this.flash.ready;
    return this.access(address, bytes);
  }

  debugWrite(address: number, bytes: AccessBytes, value: number): void {
    this.reachable(address);
    this.core.wake();
    if (this.debug.owns(address)) this.debug.write(address, value);
    else this.store(address, bytes, value);
    this.settle();
  }

  /** As the core reads. */
  read(address: number, bytes: AccessBytes): number {
    // A core that polls or fetches while flash works does nothing else until it is done.
    if (this.flash.busy && (isFlash(address) || isFlashStatus(address))) this.core.time = this.flash.ready;
    return this.access(address, bytes);
  }

  write(address: number, bytes: AccessBytes, value: number): void {
    this.store(address, bytes, value);
    // The core goes no further than the instruction that resets it.
    if (this.resetAsked) this.core.asleep = true;
  }

  private systemReset(): void {
    this.resetAsked = this.powerFails = false;
    this.loadedLevel = this.part.level;
    this.flash.reset();
    this.crc.reset();
    this.clocks.reset();
    this.scs.reset();
    this.held.clear();
    this.core.reset();
    this.debug.afterReset();
  }

  private settle(): void {
    if (this.resetAsked) this.systemReset();
  }

  private reachable(address: number): void {
    if (this.inReset && address < PRIVATE.start) throw new BusFault('no-such-address', address);
  }

  private access(address: number, bytes: AccessBytes): number {
    const ram = address - RAM_START;
    if (ram >= 0 && ram + bytes <= RAM_BYTES) return this.ram.readUIntLE(ram, bytes);
    if (isFlash(address)) return this.flashCells(address, bytes);
    if (address >= SYSTEM_START && address < OPTION_START + OPTION_BYTES)
      return this.information(address, bytes);
    const base = address & ~3;
    const word = this.word(base >>> 0);
    return bytes === 4 ? word : (word >>> ((address & 3) * 8)) & (2 ** (bytes * 8) - 1);
  }

  private flashCells(address: number, bytes: AccessBytes): number {
    if (this.closed()) throw new BusFault('no-such-address', address);
    return Buffer.from(this.part.flash.read(mainAddress(address), bytes)).readUIntLE(0, bytes);
  }

  private information(address: number, bytes: AccessBytes): number {
    const { options } = this.part;
    if (address >= OPTION_START) return options.readUIntLE(address - OPTION_START, bytes);
    let value = 0;
    for (let at = bytes - 1; at >= 0; at -= 1) value = value * 256 + this.part.systemByte(address + at);
    return value;
  }

  private word(address: number): number {
    if (address >= RCC && address < RCC + BLOCK) return this.clocks.read(address - RCC);
    if (address >= FLASH_REGISTERS && address < FLASH_REGISTERS + BLOCK)
      return this.flash.readRegister(address - FLASH_REGISTERS);
    if (address >= CRC && address < CRC + BLOCK)
      return this.clocks.crcClocked ? this.crc.read(address - CRC) : 0;
    if (address === DBGMCU_IDCODE) return this.part.idcode;
    if (address >= ROM_TABLE && address < PRIVATE.end) return romTable(address - ROM_TABLE);
    if (address >= PRIVATE.start && address < PRIVATE.end) return this.scs.read(address);
    if (address >= PERIPHERALS.start && address < PERIPHERALS.end) return this.held.get(address) ?? 0;
    throw new BusFault('no-such-address', address);
  }

  private store(address: number, bytes: AccessBytes, value: number): void {
    const ram = address - RAM_START;
    if (ram >= 0 && ram + bytes <= RAM_BYTES) {
      this.ram.writeUIntLE(bytes === 4 ? value >>> 0 : value & (2 ** (bytes * 8) - 1), ram, bytes);
      return;
    }
    if (isFlash(address)) this.flash.program(mainAddress(address), bytes, value);
    else if (address >= OPTION_START && address < OPTION_START + OPTION_BYTES)
      this.flash.program(address, bytes, value);
    else this.storePeripheral(address, bytes, value);
  }

  private storePeripheral(address: number, bytes: AccessBytes, value: number): void {
    if (address >= RCC && address < RCC + BLOCK) {
      this.clocks.write(address - RCC, value);
      this.core.cycleNs = this.clocks.cycleNs;
    } else if (address >= FLASH_REGISTERS && address < FLASH_REGISTERS + BLOCK)
      this.flash.writeRegister(address - FLASH_REGISTERS, value);
    else if (address >= CRC && address < CRC + BLOCK) {
      if (this.clocks.crcClocked) this.crc.write(address - CRC, bytes, value);
    } else if (address >= PRIVATE.start && address < PRIVATE.end) this.scs.write(address, value);
    else if (address >= PERIPHERALS.start && address < PERIPHERALS.end) this.held.set(address, value >>> 0);
    else throw new BusFault('no-such-address', address);
  }
}

/** Flash stands at 08000000 and, booted from, at 0 (RM0091, section 2.5). */
const isFlash = (address: number): boolean =>
  address < FLASH_BYTES || (address >= FLASH_START && address < FLASH_START + FLASH_BYTES);
const mainAddress = (address: number): number => (address < FLASH_BYTES ? address + FLASH_START : address);
const isFlashStatus = (address: number): boolean => address === FLASH_REGISTERS + 0x0c;

function romTable(offset: number): number {
  if (offset >= 0xfd0) return ROM_IDS[(offset - 0xfd0) / 4] ?? 0;
  return ROM_ENTRIES[offset / 4] ?? 0;
}
