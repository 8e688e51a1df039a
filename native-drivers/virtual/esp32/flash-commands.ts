import { createHash } from 'node:crypto';
import { Inflater } from './inflater.ts';
import { FLASH_BYTES } from './part.ts';
import type { Request } from './requests.ts';
import { DONE, refused, type Reply, type RomSession } from './session.ts';

const MS = 1e6;
/** Winbond W25Q32JV data sheet, AC characteristics, typical: sector of 4 KiB, block of 64 KiB, page of 256 bytes. */
const SECTOR = { bytes: 0x1000, ns: 45 * MS };
const BLOCK = { bytes: 0x10000, ns: 150 * MS };
const PAGE = { bytes: 256, ns: 0.4 * MS };
/** Assumed: no document says how fast a ROM digests flash. */
const MD5_NS_PER_BYTE = 500;

const INVALID = 5;
const FAILED = 6;
const BAD_SUM = 7;
const WRITE_ERROR = 8;
const DEFLATE_ERROR = 0x0b;

interface Download {
  at: number;
  end: number;
  sequence: number;
  blocks: number;
  inflater: Inflater | null;
}

/** Flash commands of one run of the ROM: begin, data, end, plain and deflated; digest, slow read. */
export class FlashCommands {
  private readonly rom: RomSession;
  private download: Download | null = null;

  constructor(rom: RomSession) {
    this.rom = rom;
  }

  stop(): void {
    this.download?.inflater?.close();
    this.download = null;
  }

  /** Four words, or five where the ROM knows encrypted writes; esptool-js sends five to each. */
  async begin({ data }: Request, deflated: boolean): Promise<Reply> {
    if (data.length !== 16 && data.length !== 20) return refused(INVALID);
    const [size, blocks, , address] = [0, 4, 8, 12].map((at) => data.readUInt32LE(at));
    if (size === undefined || blocks === undefined || address === undefined) return refused(INVALID);
    if (!this.rom.attached || address + size > FLASH_BYTES) return refused(FAILED);
    this.stop();
    if (!(await this.erase(address, size))) return this.rom.never();
    const inflater = deflated ? new Inflater() : null;
    this.download = { at: address, end: address + size, sequence: 0, blocks, inflater };
    return DONE;
  }

  async data({ data, sum }: Request): Promise<Reply> {
    const { download } = this;
    if (data.length < 16 || data.readUInt32LE(0) !== data.length - 16) return refused(INVALID);
    if (download === null || data.readUInt32LE(4) !== download.sequence) return refused(FAILED);
    const block = data.subarray(16);
    if (block.reduce((all, byte) => all ^ byte, 0xef) !== sum) return refused(BAD_SUM);
    if (download.sequence >= download.blocks) return refused(FAILED);
    const bytes = download.inflater === null ? block : await download.inflater.feed(block);
    if (bytes === null) return refused(DEFLATE_ERROR);
    if (download.at + bytes.length > download.end + PAGE.bytes * 4) return refused(FAILED);
    if (this.rom.host.faults.take('power-cut-mid-write') !== null) return this.cut(download.at, bytes);
    if (!(await this.rom.busy(Math.ceil(bytes.length / PAGE.bytes) * PAGE.ns))) return this.rom.never();
    const exact = this.rom.part.flash.program(download.at, bytes);
    download.at += bytes.length;
    download.sequence += 1;
    return exact ? DONE : refused(WRITE_ERROR);
  }

  async md5({ data }: Request): Promise<Reply> {
    if (data.length !== 16) return refused(INVALID);
    const [address, length] = [data.readUInt32LE(0), data.readUInt32LE(4)];
    if (!this.rom.attached || address + length > FLASH_BYTES) return refused(FAILED);
    if (!(await this.rom.busy(length * MD5_NS_PER_BYTE))) return this.rom.never();
    const digest = createHash('md5').update(this.rom.part.flash.read(address, length)).digest('hex');
    return { status: null, data: Buffer.from(digest, 'latin1') };
  }

  /** At most 64 bytes; the answer has always 64. */
  slowRead({ data }: Request): Reply {
    if (data.length !== 8) return refused(INVALID);
    const [address, length] = [data.readUInt32LE(0), data.readUInt32LE(4)];
    if (length > 64 || address + length > FLASH_BYTES) return refused(0x0a);
    const bytes = new Uint8Array(64);
    bytes.set(this.rom.part.flash.read(address, length));
    return this.rom.attached ? { status: null, data: bytes } : refused(FAILED);
  }

  /** Whole sectors; blocks where one lies inside. An interrupted erase leaves what it had not reached. */
  private async erase(address: number, size: number): Promise<boolean> {
    const end = Math.ceil((address + size) / SECTOR.bytes) * SECTOR.bytes;
    for (let at = address - (address % SECTOR.bytes); at < end;) {
      const whole = at % BLOCK.bytes === 0 && at + BLOCK.bytes <= end;
      const { bytes, ns } = whole ? BLOCK : SECTOR;
      if (size === 0 || !(await this.rom.busy(ns))) return size === 0;
      this.rom.part.flash.erase(at, bytes);
      at += bytes;
    }
    return true;
  }

  private cut(address: number, bytes: Uint8Array): Promise<Reply> {
    this.rom.part.flash.program(address, bytes.subarray(0, bytes.length >> 1));
    this.rom.host.restart();
    return this.rom.never();
  }
}
