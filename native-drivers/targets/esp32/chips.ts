import { firstController, laterController, type EfuseController } from './efuse-tables.ts';

/** One chip of the family. Addresses and numbers: the class of that chip in esptool (`esptool/targets/<chip>.py`). */
export interface EspChip {
  target: string;
  product: string;
  /** `esp_chip_id_t` (ESP-IDF, esp_app_format.h): in image headers, and in the ROM's security info. */
  chipId: number;
  /** Told by this word at 40001000 where the ROM has no security info (ESP32). */
  magic: number | null;
  /** Registers of the SPI that reads the flash's id. */
  spi: { base: number; user: number; user2: number; misoLength: number; w0: number };
  efuse: EfuseController;
  /** Where the second-stage boot loader begins. */
  bootloaderOffset: number;
  /** The ROM takes a fifth word in a begin command (all but the ESP32's). */
  extendedBegin: boolean;
  /** ESP32: its ROM measures the crystal badly; where the measurement stands (esptool, `get_rom_cal_crystal_freq`). */
  calibration: number | null;
  /** A register whose reading and writing does nothing: an excuse for a delay (esptool, `UART_DATE_REG_ADDR`). */
  idleRegister: number;
}

export const MAGIC_ADDRESS = 0x40001000;

const laterSpi = { user: 0x18, user2: 0x20, misoLength: 0x28, w0: 0x58 } as const;
const later = { magic: null, bootloaderOffset: 0, extendedBegin: true, calibration: null } as const;

const esp32: EspChip = {
  target: 'esp32',
  product: 'ESP32',
  chipId: 0,
  magic: 0x00f01d83,
  spi: { base: 0x3ff42000, user: 0x1c, user2: 0x24, misoLength: 0x2c, w0: 0x80 },
  efuse: firstController(0x3ff5a000),
  bootloaderOffset: 0x1000,
  extendedBegin: false,
  calibration: 0x3ff5f06c,
  idleRegister: 0x60000078,
};

const esp32c3: EspChip = {
  ...later,
  target: 'esp32c3',
  product: 'ESP32-C3',
  chipId: 5,
  spi: { base: 0x60002000, ...laterSpi },
  efuse: laterController(0x60008800, { powerOn: 0x1f0, powerOff: 0x1f4 }),
  idleRegister: 0x6000007c,
};

const esp32s3: EspChip = {
  ...later,
  target: 'esp32s3',
  product: 'ESP32-S3',
  chipId: 9,
  spi: { base: 0x60002000, ...laterSpi },
  efuse: laterController(0x60007000, { powerOn: 0x1f4, powerOff: 0x1f8 }),
  idleRegister: 0x60000080,
};

const esp32c6: EspChip = {
  ...later,
  target: 'esp32c6',
  product: 'ESP32-C6',
  chipId: 13,
  spi: { base: 0x60003000, ...laterSpi },
  efuse: laterController(0x600b0800, { powerOn: 0x1f0, powerOff: 0x1f4 }),
  idleRegister: 0x6000007c,
};

export const chips = { esp32, esp32c3, esp32s3, esp32c6 } as const;

/** Name of a chip id, for people. */
export function productOf(chipId: number): string {
  return Object.values(chips).find((chip) => chip.chipId === chipId)?.product ?? `chip ${chipId}`;
}
