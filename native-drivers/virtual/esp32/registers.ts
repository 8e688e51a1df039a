import { FLASH_ID } from './part.ts';
import type { Request } from './requests.ts';
import { DONE, refused, type Reply, type RomSession } from './session.ts';

const INVALID = 5;
const MAGIC_ADDRESS = 0x40001000;
const EFUSE_SPAN = 0x200;
const SPI_SPAN = 0x100;
/** Of a SPI command register: run a command of the user's; of the flash: read JEDEC id. */
const SPI_RUN = 1 << 18;
const READ_ID = 0x9f;
/** Assumed: what a burn takes. The manuals give the time of a bit, which depends on the clock. */
const BURN_NS = 5e6;

/** The addresses that the ROM's register commands reach: eFuse controller, flash's SPI, what only stands there. */
export class Registers {
  private readonly rom: RomSession;
  private readonly spi = new Map<number, number>();

  constructor(rom: RomSession) {
    this.rom = rom;
  }

  read({ data }: Request): Reply {
    if (data.length !== 4) return refused(INVALID);
    return { status: null, value: this.valueAt(data.readUInt32LE(0)) };
  }

  /** One or more of: address, value, mask, delay in microseconds. */
  async write({ data }: Request): Promise<Reply> {
    if (data.length === 0 || data.length % 16 !== 0) return refused(INVALID);
    for (let at = 0; at < data.length; at += 16) {
      const [address, value, mask] = [
        data.readUInt32LE(at),
        data.readUInt32LE(at + 4),
        data.readUInt32LE(at + 8),
      ];
      const reply = await this.set(address, (value & mask) >>> 0);
      if (reply !== null) return reply;
      if (!(await this.rom.busy(data.readUInt32LE(at + 12) * 1000))) return this.rom.never();
    }
    return DONE;
  }

  private valueAt(address: number): number {
    const { model, efuses, magic } = this.rom.part;
    const efuse = address - model.efuseBase;
    if (efuse >= 0 && efuse < EFUSE_SPAN) return efuses.readRegister(efuse);
    const spi = address - model.spi.base;
    if (spi >= 0 && spi < SPI_SPAN) return this.spi.get(spi) ?? 0;
    return address === MAGIC_ADDRESS ? magic : (model.fixed[address] ?? 0);
  }

  /** Null: go on. */
  private async set(address: number, value: number): Promise<Reply | null> {
    const { model, efuses } = this.rom.part;
    const efuse = address - model.efuseBase;
    if (efuse >= 0 && efuse < EFUSE_SPAN) {
      return efuses.writeRegister(efuse, value) ? this.burn(value) : null;
    }
    const spi = address - model.spi.base;
    if (spi >= 0 && spi < SPI_SPAN) this.setSpi(spi, value);
    return null;
  }

  private setSpi(offset: number, value: number): void {
    const { usr2, w0 } = this.rom.part.model.spi;
    this.spi.set(offset, value);
    if (offset !== 0 || (value & SPI_RUN) === 0) return;
    this.spi.set(0, 0);
    if (((this.spi.get(usr2) ?? 0) & 0xff) === READ_ID) this.spi.set(w0, FLASH_ID);
  }

  /** `lock-silent`: burned and not answered; `lock-lost`: neither. */
  private async burn(command: number): Promise<Reply | null> {
    const { faults } = this.rom.host;
    if (faults.take('lock-lost') !== null) return this.rom.never();
    if (!(await this.rom.busy(BURN_NS))) return this.rom.never();
    this.rom.part.efuses.burn(command);
    return faults.take('lock-silent') === null ? null : this.rom.never();
  }
}
