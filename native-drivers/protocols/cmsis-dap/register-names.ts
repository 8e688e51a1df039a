import { hex } from '#drivers/core/hex.ts';
import { DP, REQUEST } from './constants.ts';

/** Debug port (Arm IHI 0031, B2.2): by register, as it reads and as it is written; 4 is by bank. */
const DP_READ: Readonly<Record<number, string>> = { 0x0: 'DPIDR', 0x8: 'RESEND', 0xc: 'RDBUFF' };
const DP_WRITE: Readonly<Record<number, string>> = { 0x0: 'ABORT', 0x8: 'SELECT', 0xc: 'TARGETSEL' };
/** Register 4 by DPBANKSEL, bits 0 to 3 of SELECT (B2.2). */
const DP_BANKED: readonly string[] = ['CTRL/STAT', 'DLCR', 'TARGETID', 'DLPIDR', 'EVENTSTAT'];
const BANKED = 0x4;
/** Memory access port (C2.6) by bank and register: APBANKSEL is bits 4 to 7 of SELECT, APSEL bits 24 to 31. */
const AP: Readonly<Record<number, string>> = {
  ...{ 0x00: 'CSW', 0x04: 'TAR', 0x08: 'TAR high', 0x0c: 'DRW' },
  ...{ 0x10: 'BD0', 0x14: 'BD1', 0x18: 'BD2', 0x1c: 'BD3' },
  ...{ 0xf0: 'BASE high', 0xf4: 'CFG', 0xf8: 'BASE', 0xfc: 'IDR' },
};

/** Registers by name, as SELECT stands: what is not known of it is not guessed. */
export class RegisterNames {
  /** Null: not seen since somebody looks. */
  private select: number | null = null;

  /** `AP TAR`, `DP CTRL/STAT`; of another access port than the first with its number. */
  of(request: number): string {
    const register = request & 0xc;
    if ((request & REQUEST.ap) === 0) return `DP ${this.debugPort(register, (request & REQUEST.read) !== 0)}`;
    if (this.select === null) return `AP ${hex(register, 2)}`;
    const port = this.select >>> 24;
    const address = (this.select & 0xf0) | register;
    return `AP${port === 0 ? '' : port} ${AP[address] ?? hex(address, 2)}`;
  }

  /** What an access changes of it. */
  written(request: number, value: number): void {
    if (isSelect(request)) this.select = value;
  }

  forget(): void {
    this.select = null;
  }

  private debugPort(register: number, reads: boolean): string {
    const bank = this.select === null ? null : this.select & 0xf;
    if (register === BANKED) return (bank === null ? null : DP_BANKED[bank]) ?? hex(register, 2);
    return (reads ? DP_READ : DP_WRITE)[register] ?? hex(register, 2);
  }
}

/** A write of SELECT; a write of the match mask reaches no register. */
export const isSelect = (request: number): boolean =>
  (request & (REQUEST.ap | REQUEST.read | REQUEST.mask | 0xc)) === DP.select;
