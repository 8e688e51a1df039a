import { DriverError } from '#drivers/core/errors.ts';
import { CortexM, REGISTER, THUMB } from '#drivers/protocols/cmsis-dap/cortex-m.ts';
import type { DebugAccess } from '#drivers/protocols/cmsis-dap/debug-access.ts';
import {
  ACR_48_MHZ,
  AHBENR_CRC,
  FLASH,
  LIMIT,
  PLL,
  RAM_START,
  RCC,
  SR,
  type Stm32f0Device,
} from './device.ts';
import { COMMAND, FLASH_SERVER, LAYOUT, MAILBOX } from './flash-server.ts';

const CODE = RAM_START + LAYOUT.code;
const BOX = RAM_START + LAYOUT.mailbox;
const CHECKSUMS = RAM_START + LAYOUT.checksums;
const BUFFERS = 2;
/** Beside what the flash takes, ms: a machine that is not let run. */
const SPARE_MS = 2000;

/** Commands to the program in the part's RAM: up to four wait there, and two pages. */
export class FlashHost {
  private readonly access: DebugAccess;
  private readonly device: Stm32f0Device;
  private posted = 0;
  /** Command after which the buffer is free. */
  private readonly bufferUser = Array<number>(BUFFERS).fill(0);
  private nextBuffer = 0;

  private constructor(access: DebugAccess, device: Stm32f0Device) {
    this.access = access;
    this.device = device;
  }

  /** The core is halted at reset: 48 MHz, flash unlocked, the program off. */
  static async start(access: DebugAccess, core: CortexM, device: Stm32f0Device): Promise<FlashHost> {
    await clockUp(access);
    await access.memory([
      ...FLASH.keys.map((value) => ({ write: FLASH.keyr, value })),
      { write: FLASH.sr, value: SR.clear },
    ]);
    await access.writeBytes(CODE, FLASH_SERVER);
    await access.writeWords(BOX, new Uint32Array(4));
    await core.start({ 0: BOX, [REGISTER.xpsr]: THUMB, [REGISTER.pc]: CODE });
    return new FlashHost(access, device);
  }

  /** Puts a page into RAM as soon as a buffer is free, and the command to program it behind those that wait. */
  async program(address: number, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    const buffer = this.nextBuffer;
    this.nextBuffer = (buffer + 1) % BUFFERS;
    await this.served(this.bufferUser[buffer] ?? 0, signal);
    const at = RAM_START + LAYOUT.buffers + buffer * this.device.pageBytes;
    await this.access.writeBytes(at, bytes);
    await this.post([COMMAND.program, address, bytes.length / 2, at], signal);
    this.bufferUser[buffer] = this.posted;
  }

  erasePage(address: number, signal: AbortSignal): Promise<void> {
    return this.post([COMMAND.erasePage, address, 0, 0], signal);
  }

  eraseAll(signal: AbortSignal): Promise<void> {
    return this.post([COMMAND.eraseAll, 0, 0, 0], signal);
  }

  /** CRC-32 (zlib) of `blocks` blocks of that many bytes, whole words, from `address` on. */
  async checksums(address: number, bytes: number, blocks: number, signal: AbortSignal): Promise<number[]> {
    const results: number[] = [];
    for (let from = 0; from < blocks; from += LAYOUT.mostChecksums) {
      const count = Math.min(blocks - from, LAYOUT.mostChecksums);
      const command = [COMMAND.checksum, address + from * bytes, (count << 16) | (bytes / 4), CHECKSUMS];
      await this.post(command, signal);
      await this.done(signal);
      results.push(...(await this.access.readWords(CHECKSUMS, count)));
    }
    return results;
  }

  /** All that was asked for is carried out. */
  done(signal: AbortSignal): Promise<void> {
    return this.served(this.posted, signal);
  }

  private async post(command: readonly number[], signal: AbortSignal): Promise<void> {
    await this.served(this.posted - MAILBOX.slotCount + 1, signal);
    const slot = BOX + MAILBOX.slots + (this.posted % MAILBOX.slotCount) * MAILBOX.slotBytes;
    await this.access.memory([
      ...command.map((value, index) => ({ write: slot + index * 4, value })),
      { write: BOX + MAILBOX.posted, value: this.posted + 1 },
    ]);
    this.posted += 1;
  }

  /** Waits until that many commands are done. Rejects with what the flash said of one that failed. */
  private async served(count: number, signal: AbortSignal): Promise<void> {
    const limit = performance.now() + this.longest();
    for (;;) {
      if (signal.aborted)
        throw new DriverError('cancelled', 'The operation was cancelled.', { cause: signal.reason });
      const [served = 0, status = 0, failed = 0] = await this.look();
      if (status !== 0) throw flashError(status, failed);
      if (served >= count) return;
      if (performance.now() > limit)
        throw new DriverError('no-answer', 'The program in the RAM of the part stands still.', {
          context: { served, expected: count },
        });
      // The probe looks for us: one packet instead of many.
      await this.access.matches(BOX + MAILBOX.served, 0xffffffff, count);
    }
  }

  private look(): Promise<number[]> {
    return this.access.memory([
      { read: BOX + MAILBOX.served },
      { read: BOX + MAILBOX.status },
      { read: BOX + MAILBOX.failed },
    ]);
  }

  /** ms: every slot with an erase and a page. */
  private longest(): number {
    const page = (this.device.pageBytes / 2) * LIMIT.halfWordNs * 1e-6;
    return MAILBOX.slotCount * (page + LIMIT.eraseMs) + SPARE_MS;
  }
}

async function clockUp(access: DebugAccess): Promise<void> {
  const cr = await access.readWord(RCC.cr);
  await access.memory([
    { write: FLASH.acr, value: ACR_48_MHZ },
    { write: RCC.ahbenr, value: AHBENR_CRC },
    { write: RCC.cfgr, value: PLL.times12 },
    { write: RCC.cr, value: (cr | PLL.on) >>> 0 },
  ]);
  if (!(await access.matches(RCC.cr, PLL.ready, PLL.ready)))
    throw new DriverError('no-answer', 'The clock of the part does not start.');
  await access.writeWord(RCC.cfgr, PLL.times12 | PLL.select);
}

/** FLASH_SR: WRPRTERR is bit 4, PGERR bit 2 (RM0091, section 3.5.4). */
function flashError(status: number, address: number): DriverError {
  const context = { address: `0x${address.toString(16).padStart(8, '0')}`, status: status & 0xff };
  if ((status & 0x10) !== 0)
    return new DriverError('protected', 'The page is write-protected.', { chip: 'not-locked', context });
  return new DriverError('device-error', 'The flash was not programmed.', { chip: 'not-locked', context });
}
