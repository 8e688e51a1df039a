import {
  ATTRIBUTE,
  DFUSE,
  DFUSE_VERSION,
  FIRST_BLOCK,
  FUNCTIONAL,
  PROTOCOL,
  STATUS,
} from '#drivers/protocols/dfu/constants.ts';
import { FLASH_START } from '../stm32f4/part.ts';
import { descriptor, le16, usbDescriptors } from '../usb/descriptors.ts';
import type { UsbDescriptors } from '../usb/device.ts';
import type { Running, UsbHost } from './chip.ts';
import { DfuDevice, dfuClass } from './device.ts';
import { DfuMachine, type DfuMemory, type Work } from './machine.ts';
import { isFlash, isOption, isOtp, sectorAt, type DfuPart } from './part.ts';

const US = 1e3;
const MS = 1e6;
/** STM32F405 data sheet (DS8626), table 40, typical, 32-bit parallelism: word, sectors of 16, 64 and 128 KiB, all. */
export const WORD_NS = 16 * US;
const ERASE_NS: Readonly<Record<number, number>> = {
  0x4000: 250 * MS,
  0x10000: 550 * MS,
  0x20000: 1000 * MS,
};
const MASS_ERASE_NS = 8000 * MS;
const OPTION_NS = 100 * MS;
/** AN3156, section 4.1: block size of the boot loader. */
const TRANSFER_SIZE = 2048;
const VENDOR_ID = 0x0483;
/** What an STM32F407 enumerates as (lsusb of one: release 22.00, self-powered, 100 mA, detach time 255 ms). */
const RELEASE = 0x2200;
const SELF_POWERED = 0xc0;
const DETACH_MS = 255;
/** bcdUSB of the same part. */
const USB_1_00 = [0x00, 0x01];
export const LAYOUTS = [
  '@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg',
  '@Option Bytes  /0x1FFFC000/01*016 e',
  '@OTP Memory /0x1FFF7800/01*512 e,01*016 e',
  '@Device Feature/0xFFFF0000/01*004 e',
];
/** Answer to an upload of block 0 (AN3156, section 4.2). */
const COMMANDS = Uint8Array.of(0x00, DFUSE.setAddress, DFUSE.erase, DFUSE.readUnprotect);
/** Names of blocks that carry memory, for faults: no command byte has them. */
const WRITE = 0x01;
const READ = 0x02;

const answers = (status: number): Work => ({ nanoseconds: 0, finish: () => status });

/** The USB boot loader in the system memory of an STM32F4 between two resets: AN3156; AN2662, section 4, in detail. */
class SystemLoader implements DfuMemory {
  readonly canDownload = true;
  readonly canUpload = true;
  readonly manifestationTolerant = false;
  readonly leavesFromIdle = true;
  private readonly host: UsbHost<DfuPart>;
  /** AN3156, section 4.1: the start of the flash where nobody set it. */
  private pointer = FLASH_START;

  constructor(host: UsbHost<DfuPart>) {
    this.host = host;
  }

  skipsBusy(): boolean {
    return this.host.faults.take('skip-busy') !== null;
  }

  download(block: number, bytes: Uint8Array): Work {
    const command = block === 0 ? (bytes[0] ?? 0) : WRITE;
    const refused = this.host.faults.take('nak', command);
    if (refused !== null) return answers(Number.parseInt(refused[0] ?? '0e', 16));
    if (block === 1) return answers(STATUS.errTarget);
    if (command === DFUSE.readUnprotect && bytes.length === 1) return this.readUnprotect();
    if (this.host.part.level !== 0) return answers(STATUS.errVendor);
    return block === 0
      ? this.command(command, bytes)
      : this.write(this.addressOf(block, bytes.length), bytes);
  }

  upload(block: number, length: number): Uint8Array | { refusal: number } {
    const { part, faults } = this.host;
    if (block === 0) return COMMANDS.subarray(0, length);
    const refused = faults.take('nak', READ);
    if (refused !== null) return { refusal: Number.parseInt(refused[0] ?? '0e', 16) };
    if (part.level !== 0) return { refusal: STATUS.errVendor };
    return part.read(this.addressOf(block, length), length) ?? { refusal: STATUS.errTarget };
  }

  /** Jumps to the program (AN3156, section 5.5): off the bus, whatever the mode pin says. */
  manifest(): Work {
    const finish = (): number => {
      this.host.become(() => ({ running: 'firmware', device: null }));
      return STATUS.ok;
    };
    return { nanoseconds: 0, finish };
  }

  /**
   * AN2662, section 4.4.1, counts in blocks of the length that is asked for; dfu-util, which many a part obeys, in blocks
   * of the descriptor's size, also where its last one is shorter.
   */
  private addressOf(block: number, length: number): number {
    const asked = this.host.faults.take('count-asked-length') !== null;
    return (block - FIRST_BLOCK) * (asked ? length : TRANSFER_SIZE) + this.pointer;
  }

  private command(command: number, bytes: Uint8Array): Work {
    if (command === DFUSE.erase && bytes.length === 1) return this.massErase();
    if (bytes.length !== 5) return answers(STATUS.errTarget);
    const address = Buffer.from(bytes).readUInt32LE(1);
    if (command === DFUSE.setAddress) return this.setAddress(address);
    return command === DFUSE.erase ? this.erase(address) : answers(STATUS.errTarget);
  }

  private setAddress(address: number): Work {
    const known = [isFlash, isOption, isOtp].some((inside) => inside(address, 1));
    if (!known) return answers(STATUS.errTarget);
    this.pointer = address;
    return answers(STATUS.ok);
  }

  private erase(address: number): Work {
    if (!isFlash(address, 1)) return answers(STATUS.errTarget);
    const { start, bytes } = sectorAt(address);
    return this.erasing(ERASE_NS[bytes] ?? 0, start, bytes);
  }

  private massErase(): Work {
    return this.erasing(MASS_ERASE_NS, FLASH_START, 0x100000);
  }

  private erasing(nanoseconds: number, start: number, bytes: number): Work {
    const { flash } = this.host.part;
    return {
      nanoseconds,
      finish: () => {
        flash.erase(start, bytes);
        return STATUS.ok;
      },
      cut: () => flash.erase(start, bytes >> 1),
    };
  }

  /** Flash and OTP only clear bits; option bytes are replaced, and take effect at the reset that follows. */
  private write(address: number, bytes: Uint8Array): Work {
    if (isOption(address, bytes.length)) return this.writeOptions(bytes);
    if (!isFlash(address, bytes.length) && !isOtp(address, bytes.length)) return answers(STATUS.errTarget);
    const { part, faults } = this.host;
    const program = (count: number): void => void part.flash.program(address, bytes.subarray(0, count));
    const cut = (): void => program(bytes.length >> 1);
    if (faults.take('power-cut-mid-write') !== null) {
      cut();
      this.host.restart();
      return answers(STATUS.ok);
    }
    return {
      nanoseconds: Math.ceil(bytes.length / 4) * WORD_NS,
      finish: () => {
        program(bytes.length);
        return STATUS.ok;
      },
      cut,
    };
  }

  private writeOptions(bytes: Uint8Array): Work {
    const { part, faults } = this.host;
    const lost = faults.take('lock-lost') !== null;
    const silent = faults.take('lock-silent') !== null || lost;
    const finish = (): number => {
      if (!lost) part.options.set(bytes);
      // Off the bus, and not to be seen there again before somebody resets it.
      if (silent) this.host.become(() => ({ running: 'silent', device: null }));
      else this.host.restart();
      return STATUS.ok;
    };
    return { nanoseconds: OPTION_NS, finish };
  }

  private readUnprotect(): Work {
    const { part } = this.host;
    const finish = (): number => {
      part.unprotect();
      this.host.restart();
      return STATUS.ok;
    };
    return { nanoseconds: part.level === 0 ? OPTION_NS : MASS_ERASE_NS + OPTION_NS, finish };
  }
}

function descriptorsOf(part: DfuPart): UsbDescriptors {
  const { canDownload, canUpload, willDetach } = ATTRIBUTE;
  const functional = descriptor(
    FUNCTIONAL,
    canDownload | canUpload | willDetach,
    ...le16(DETACH_MS),
    ...le16(TRANSFER_SIZE),
    ...le16(DFUSE_VERSION),
  );
  const interfaces = LAYOUTS.map((name, alternate) => ({
    ...{ number: 0, alternate, class: dfuClass(PROTOCOL.dfuMode), name },
    ...(alternate === LAYOUTS.length - 1 ? { extra: [functional] } : {}),
  }));
  const made = usbDescriptors({
    ...{ vendorId: VENDOR_ID, productId: part.productId, release: RELEASE },
    ...{ manufacturer: 'STMicroelectronics', product: 'STM32  BOOTLOADER', serial: part.serial },
    configurations: [{ interfaces, attributes: SELF_POWERED }],
  });
  made.device.set(USB_1_00, 2);
  return made;
}

/** Mode pin low is BOOT0 high. At level 2 the boot loader never starts (RM0090, section 3.9.3). */
export function startSystemLoader(mode: 'low' | 'high', host: UsbHost<DfuPart>): Running {
  const { part, time } = host;
  if (mode === 'high' || part.level === 2) return { running: 'silent', device: null };
  const machine = new DfuMachine(new SystemLoader(host), time);
  return { running: 'boot-rom', device: new DfuDevice(descriptorsOf(part), machine, time) };
}
