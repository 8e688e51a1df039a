/** Registers (RM0091, section 12.4), by offset from 40023000. */
const REGISTER = { dr: 0x00, idr: 0x04, cr: 0x08, init: 0x10, pol: 0x14 };
const POLYNOMIAL = 0x04c11db7;
const CR = { reset: 1, revOut: 0x80 };

const table = new Uint32Array(256).map((_, byte) => {
  let value = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) value = (value << 1) ^ (value < 0 ? POLYNOMIAL : 0);
  return value;
});

function reversed(value: number, bits: number): number {
  let result = 0;
  for (let bit = 0; bit < bits; bit += 1) if (((value >>> bit) & 1) === 1) result |= 1 << (bits - 1 - bit);
  return result >>> 0;
}

/** CRC calculation unit of an STM32F0 with the polynomial of its reset state, bytes, half-words or words at a time. */
export class CrcUnit {
  private dr = 0xffffffff;
  private idr = 0;
  private cr = 0;
  private init = 0xffffffff;

  reset(): void {
    this.dr = this.init = 0xffffffff;
    this.idr = this.cr = 0;
  }

  read(offset: number): number {
    if (offset === REGISTER.dr) return (this.cr & CR.revOut) === 0 ? this.dr : reversed(this.dr, 32);
    if (offset === REGISTER.idr) return this.idr;
    if (offset === REGISTER.cr) return this.cr;
    if (offset === REGISTER.init) return this.init;
    return offset === REGISTER.pol ? POLYNOMIAL : 0;
  }

  write(offset: number, bytes: number, value: number): void {
    if (offset === REGISTER.dr) this.feed(bytes, value >>> 0);
    else if (offset === REGISTER.idr) this.idr = value & 0xff;
    else if (offset === REGISTER.init) this.init = value >>> 0;
    else if (offset === REGISTER.cr) {
      this.cr = value & 0xf8;
      if ((value & CR.reset) !== 0) this.dr = this.init;
    }
  }

  /** REV_IN reverses bits within bytes, half-words or words before they are taken. */
  private feed(bytes: number, value: number): void {
    const unit = [0, 8, 16, 32][(this.cr >> 5) & 3] ?? 0;
    const data = unit === 0 ? value : reversedIn(value, bytes * 8, Math.min(unit, bytes * 8));
    for (let at = bytes - 1; at >= 0; at -= 1) {
      const byte = (data >>> (at * 8)) & 0xff;
      this.dr = ((this.dr << 8) ^ (table[(this.dr >>> 24) ^ byte] ?? 0)) >>> 0;
    }
  }
}

function reversedIn(value: number, bits: number, unit: number): number {
  let result = 0;
  for (let at = 0; at < bits; at += unit) {
    const piece = unit === 32 ? value : (value >>> at) & ((1 << unit) - 1);
    result |= reversed(piece, unit) << at;
  }
  return result >>> 0;
}
