import { DriverError } from '#drivers/core/errors.ts';
import type { DfuClient } from './client.ts';
import { DFUSE, FIRST_BLOCK, LAST_BLOCK, STATUS } from './constants.ts';

const NOTHING = new Uint8Array(0);

/**
 * ST's extension (AN3156): commands are downloads to block 0, each carried out at the GETSTATUS that follows; memory is
 * blocks from 2 on, counted from an address. A part that is read-protected refuses them all with errVENDOR: `protected`.
 */
export class DfuseClient {
  readonly dfu: DfuClient;
  /** Where the device's pointer stands; null: not known. */
  private pointer: number | null = null;
  /** Which way blocks go at the moment; null: the device's state is not known. */
  private way: 'down' | 'up' | null = null;

  constructor(dfu: DfuClient) {
    this.dfu = dfu;
  }

  /** Another memory of the part, by its alternate setting. */
  async select(alternate: number): Promise<void> {
    this.forget();
    await this.dfu.select(alternate);
  }

  /** One sector: the one that holds the address. */
  erase(address: number): Promise<void> {
    return this.checked(address, async () => {
      this.pointer = null;
      await this.turn('down');
      await this.dfu.download(0, command(DFUSE.erase, address));
    });
  }

  /** At most one block. */
  write(address: number, bytes: Uint8Array): Promise<void> {
    return this.checked(address, async () => {
      const block = await this.blockAt(address, bytes.length);
      await this.turn('down');
      await this.dfu.download(block, bytes);
    });
  }

  /** A block after which the part resets itself: option bytes. What becomes of it, only the part's return can tell. */
  writeAndReset(address: number, bytes: Uint8Array): Promise<void> {
    return this.checked(address, async () => {
      const block = await this.blockAt(address, bytes.length);
      await this.turn('down');
      await this.dfu.send(block, bytes);
      await this.dfu.started();
    });
  }

  /** At most one block. */
  read(address: number, length: number): Promise<Uint8Array> {
    return this.checked(address, async () => {
      const block = await this.blockAt(address, length);
      await this.turn('up');
      const bytes = await this.dfu.upload(block, length);
      if (bytes.length === length) return bytes;
      throw new DriverError('device-error', 'The device gives fewer bytes than were asked for.', {
        context: { bytes: bytes.length },
      });
    });
  }

  /** Erases all of the flash and opens the part, which then leaves the bus and resets (AN3156, section 5.4). */
  async readUnprotect(): Promise<void> {
    this.pointer = null;
    await this.turn('down');
    await this.dfu.send(0, Uint8Array.of(DFUSE.readUnprotect));
    await this.dfu.started();
  }

  /** Ends the boot loader: the part resets and runs what stands at the address (AN3156, section 5.5). */
  async leave(address: number): Promise<void> {
    this.forget();
    await this.setPointer(address);
    await this.dfu.send(FIRST_BLOCK, NOTHING);
    await this.dfu.started();
  }

  /**
   * The block number that means this address. By AN2662, section 4.4.1, it counts in blocks of the requested length, to
   * dfu-util in those of the descriptor: a shorter block gets a pointer of its own, where both are one.
   */
  private async blockAt(address: number, length: number): Promise<number> {
    const distance = this.pointer === null ? -1 : address - this.pointer;
    if (distance === 0) return FIRST_BLOCK;
    const { transferSize } = this.dfu;
    const block = FIRST_BLOCK + distance / transferSize;
    const counts = distance > 0 && length === transferSize && Number.isInteger(block) && block <= LAST_BLOCK;
    if (counts) return block;
    await this.setPointer(address);
    return FIRST_BLOCK;
  }

  private async setPointer(address: number): Promise<void> {
    await this.turn('down');
    await this.dfu.download(0, command(DFUSE.setAddress, address));
    this.pointer = address;
  }

  /** Downloads and uploads both begin in dfuIDLE (DFU 1.1, figure A.1); the pointer outlives the way there. */
  private async turn(way: 'down' | 'up'): Promise<void> {
    if (this.way === way) return;
    await this.dfu.toIdle();
    this.way = way;
  }

  private forget(): void {
    this.pointer = null;
    this.way = null;
  }

  private async checked<T>(address: number, step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      this.forget();
      throw explained(error, address);
    }
  }
}

/** Command byte and address, least significant byte first (AN3156, sections 5.2 and 5.3). */
function command(code: number, address: number): Uint8Array {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt8(code);
  bytes.writeUInt32LE(address, 1);
  return bytes;
}

/** errVENDOR is read protection, whatever was asked for (AN3156, sections 4.1 and 5.1 to 5.3). */
function explained(error: unknown, address: number): unknown {
  if (!(error instanceof DriverError) || error.code !== 'device-error') return error;
  const context = { ...error.context, address: `0x${address.toString(16).padStart(8, '0')}` };
  const isProtected = error.context['bStatus'] === STATUS.errVendor;
  return new DriverError(isProtected ? 'protected' : 'device-error', error.message, {
    ...{ chip: error.chip, context, cause: error },
  });
}
