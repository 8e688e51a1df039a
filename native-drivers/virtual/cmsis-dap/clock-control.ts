/** Registers (RM0091, section 6.4), by offset from 40021000. */
const REGISTER = {
  cr: 0x00,
  cfgr: 0x04,
  ahbenr: 0x14,
  apb2enr: 0x18,
  apb1enr: 0x1c,
  csr: 0x24,
  cfgr2: 0x2c,
  cr2: 0x34,
};
/** Reset values (sections 6.4.1, 6.4.6, 6.4.14): HSI on, SRAM and flash clocked. */
const RESET: readonly [number, number][] = [
  [REGISTER.cr, 0x83],
  [REGISTER.ahbenr, 0x14],
  [REGISTER.cr2, 0x80],
];
const HSI_MHZ = 8;
const PLL = 2;
const CRC_CLOCK = 1 << 6;

/** Reset and clock control of an STM32F0: every oscillator is ready at once; HSI and PLL give the core's clock. */
export class ClockControl {
  private readonly held = new Map<number, number>(RESET);

  reset(): void {
    this.held.clear();
    for (const [offset, value] of RESET) this.held.set(offset, value);
  }

  read(offset: number): number {
    const value = this.held.get(offset) ?? 0;
    // Each ON bit is followed by its RDY bit: HSI, HSE, PLL.
    if (offset === REGISTER.cr) return (value | ((value & 0x01010001) << 1)) >>> 0;
    if (offset === REGISTER.cfgr) return (value & ~0xc) | ((value & 3) << 2);
    return offset === REGISTER.cr2 || offset === REGISTER.csr ? value | ((value & 1) << 1) : value;
  }

  write(offset: number, value: number): void {
    this.held.set(offset, value >>> 0);
  }

  get crcClocked(): boolean {
    return ((this.held.get(REGISTER.ahbenr) ?? 0) & CRC_CLOCK) !== 0;
  }

  /** ns of one cycle of the core. */
  get cycleNs(): number {
    const cfgr = this.held.get(REGISTER.cfgr) ?? 0;
    if ((cfgr & 3) !== PLL) return 1000 / HSI_MHZ;
    // PLLSRC 00 is HSI / 2, 01 is HSI / PREDIV (section 6.4.2).
    const divider = ((cfgr >>> 15) & 3) === 0 ? 2 : ((this.held.get(REGISTER.cfgr2) ?? 0) & 15) + 1;
    return 1000 / ((HSI_MHZ / divider) * Math.min(((cfgr >>> 18) & 15) + 2, 16));
  }
}
