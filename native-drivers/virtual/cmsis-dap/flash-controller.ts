import { BusFault } from '../armv6m/bus.ts';
import {
  FLASH_BYTES,
  FLASH_START,
  OPTION_BYTES,
  OPTION_START,
  PAGE_BYTES,
  type ProtectionLevel,
  type Stm32f0Part,
} from './part.ts';

/** Registers (RM0091, section 3.5), by offset from 40022000. */
const REGISTER = {
  acr: 0x00,
  keyr: 0x04,
  optkeyr: 0x08,
  sr: 0x0c,
  cr: 0x10,
  ar: 0x14,
  obr: 0x1c,
  wrpr: 0x20,
};
/** Section 3.2.2, "Unlocking the Flash memory". */
const KEYS = [0x45670123, 0xcdef89ab];
const CR = {
  pg: 1,
  per: 2,
  mer: 4,
  optpg: 0x10,
  opter: 0x20,
  strt: 0x40,
  lock: 0x80,
  optwre: 0x200,
  launch: 0x2000,
};
const CR_WRITABLE = 0x3677;
const SR = { bsy: 1, pgerr: 4, wrprterr: 0x10, eop: 0x20 };
/** DS9826, "Flash memory characteristics", typical; the erases have 20 and 40 ms as limits and no typical value: the middle. */
const HALF_WORD_NS = 53_500;
const ERASE_NS = 30_000_000;
/** One bit of WRPR for two pages (RM0091, section 3.3.2). */
const WRP_BYTES = 2 * PAGE_BYTES;

export interface FlashHost {
  /** ns, of the chip. */
  now(): number;
  /** Flash works for that long: returns how much of it passes on this bench (none where nothing is paced). */
  working(nanoseconds: number): number;
  /** The part's level in force, with a debugger on it: memory is closed. */
  closed(): boolean;
  level(): ProtectionLevel;
  /** True: power fails now. */
  cut(): boolean;
  /** OBL_LAUNCH: a system reset that loads the option bytes. */
  launch(): void;
}

/** Flash memory interface of an STM32F0: keys, programming of half-words, erase, option bytes. */
export class FlashController {
  private readonly part: Stm32f0Part;
  private readonly host: FlashHost;
  private acr = 0;
  private sr = 0;
  private cr = CR.lock;
  private ar = 0;
  private keys = 0;
  private optionKeys = 0;
  private busyUntil = 0;
  /** A wrong key: locked until the next reset. */
  private spoilt = false;

  constructor(part: Stm32f0Part, host: FlashHost) {
    this.part = part;
    this.host = host;
  }

  reset(): void {
    this.acr = this.sr = this.ar = this.keys = this.optionKeys = this.busyUntil = 0;
    this.cr = CR.lock;
    this.spoilt = false;
  }

  /** When what is under way ends, ns. */
  get ready(): number {
    return this.busyUntil;
  }

  get busy(): boolean {
    return this.host.now() < this.busyUntil;
  }

  readRegister(offset: number): number {
    if (offset === REGISTER.acr) return this.acr | ((this.acr & 0x10) << 1);
    if (offset === REGISTER.sr) return this.sr | (this.busy ? SR.bsy : 0);
    if (offset === REGISTER.cr) return this.cr;
    if (offset === REGISTER.ar) return this.ar;
    if (offset === REGISTER.obr) return this.obr();
    return offset === REGISTER.wrpr ? this.wrpr() : 0;
  }

  writeRegister(offset: number, value: number): void {
    if (offset === REGISTER.acr) this.acr = value & 0x17;
    else if (offset === REGISTER.keyr) this.key(value);
    else if (offset === REGISTER.optkeyr) this.optionKey(value);
    else if (offset === REGISTER.sr) this.sr &= ~(value & (SR.pgerr | SR.wrprterr | SR.eop));
    else if (offset === REGISTER.cr) this.control(value);
    else if (offset === REGISTER.ar) this.ar = value >>> 0;
  }

  /** A half-word to flash or option bytes; any other width is a bus error (section 3.2.2). */
  program(address: number, bytes: number, value: number): void {
    if (bytes !== 2) throw new BusFault('no-such-address', address);
    if (this.busy || (this.cr & (CR.lock | CR.strt)) !== 0) return;
    if (address >= OPTION_START) this.programOption(address, value);
    else if ((this.cr & CR.pg) !== 0) this.programMain(address, value);
  }

  private programMain(address: number, value: number): void {
    if (this.refuses(address, 2)) return;
    const { flash } = this.part;
    // Not erased: only 0000 may be written over it.
    if (value !== 0 && !flash.isBlank(address, 2)) {
      this.sr |= SR.pgerr;
      return;
    }
    if (this.host.cut()) return;
    flash.program(address, Uint8Array.of(value & 0xff, (value >> 8) & 0xff));
    this.work(HALF_WORD_NS);
  }

  /** The complement is made by the interface itself (section 3.2.2, "Option byte programming"). */
  private programOption(address: number, value: number): void {
    if ((this.cr & CR.optpg) === 0 || (this.cr & CR.optwre) === 0) return;
    const at = address - OPTION_START;
    if (this.part.options.readUInt16LE(at) !== 0xffff) {
      this.sr |= SR.pgerr;
      return;
    }
    this.part.options.writeUInt16LE((value & 0xff) | ((~value & 0xff) << 8), at);
    this.work(HALF_WORD_NS);
    // Level 1 in force and level 0 written: all of the flash goes first (section 3.3.1).
    if (at === 0 && this.host.level() === 1 && this.part.level === 0) this.eraseAll();
  }

  private key(value: number): void {
    if (this.spoilt || (this.cr & CR.lock) === 0) return;
    if (value >>> 0 !== KEYS[this.keys]) {
      this.spoilt = true;
      throw new BusFault('no-such-address', 0x40022004);
    }
    this.keys += 1;
    if (this.keys < KEYS.length) return;
    this.keys = 0;
    this.cr &= ~CR.lock;
  }

  private optionKey(value: number): void {
    if (value >>> 0 !== KEYS[this.optionKeys]) throw new BusFault('no-such-address', 0x40022008);
    this.optionKeys += 1;
    if (this.optionKeys < KEYS.length) return;
    this.optionKeys = 0;
    if ((this.cr & CR.lock) === 0) this.cr |= CR.optwre;
  }

  private control(value: number): void {
    if ((this.cr & CR.lock) !== 0 || this.busy) return;
    if ((value & CR.lock) !== 0) {
      this.cr = CR.lock;
      return;
    }
    // OPTWRE is set by the keys alone.
    const optwre = this.cr & value & CR.optwre;
    this.cr = (value & CR_WRITABLE & ~(CR.strt | CR.launch | CR.optwre)) | optwre;
    if ((value & CR.strt) !== 0) this.start();
    if ((value & CR.launch) !== 0 && optwre !== 0) this.host.launch();
  }

  private start(): void {
    if ((this.cr & CR.opter) !== 0) this.eraseOptions();
    else if ((this.cr & CR.mer) !== 0) this.eraseMain(FLASH_START, FLASH_BYTES);
    else if ((this.cr & CR.per) !== 0) this.eraseMain(this.ar - (this.ar % PAGE_BYTES), PAGE_BYTES);
  }

  private eraseOptions(): void {
    if ((this.cr & CR.optwre) === 0) return;
    this.part.options.fill(0xff, 0, OPTION_BYTES);
    this.work(ERASE_NS);
  }

  private eraseMain(address: number, length: number): void {
    const outside = address < FLASH_START || address + length > FLASH_START + FLASH_BYTES;
    if (outside || this.refuses(address, length)) return;
    this.part.flash.erase(address, length);
    this.work(ERASE_NS);
  }

  private eraseAll(): void {
    this.part.flash.erase(FLASH_START, FLASH_BYTES);
    this.work(ERASE_NS);
  }

  private work(nanoseconds: number): void {
    this.busyUntil = Math.max(this.busyUntil, this.host.now()) + this.host.working(nanoseconds);
    this.sr |= SR.eop;
  }

  /** Level 1 with a debugger on it sets PGERR (section 3.3.1), write protection WRPRTERR (section 3.3.2). */
  private refuses(address: number, length: number): boolean {
    if (this.host.closed()) this.sr |= SR.pgerr;
    else if (this.isProtected(address, length)) this.sr |= SR.wrprterr;
    else return false;
    return true;
  }

  private isProtected(address: number, length: number): boolean {
    const wrpr = this.wrpr();
    const first = Math.floor((address - FLASH_START) / WRP_BYTES);
    const last = Math.floor((address + length - 1 - FLASH_START) / WRP_BYTES);
    for (let bit = first; bit <= last; bit += 1) if (((wrpr >>> bit) & 1) === 0) return true;
    return false;
  }

  /** Section 3.5.7: RDPRT 00, 01 or 11 for levels 0, 1 and 2. */
  private obr(): number {
    const rdprt = [0, 1, 3][this.host.level()] ?? 1;
    const [user, data0, data1] = [this.part.option(1), this.part.option(2), this.part.option(3)];
    return ((data1 << 24) | (data0 << 16) | (user << 8) | (rdprt << 1)) >>> 0;
  }

  private wrpr(): number {
    const bytes = [4, 5, 6, 7].map((index) => this.part.option(index));
    return Buffer.from(bytes).readUInt32LE();
  }
}
