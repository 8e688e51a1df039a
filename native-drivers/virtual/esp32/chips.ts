/** What a simulated chip of the family is made of. Addresses: the chip classes of esptool, as cited in docs/targets. */
export interface EspModel {
  id: string;
  title: string;
  /** `esp_chip_id_t` of ESP-IDF's esp_app_format.h. */
  chipId: number;
  /** What the ROM holds at 40001000: tools tell chips without chip id by it. */
  magic: number;
  /** ROM of the ESP32: no security info, four words in a begin, one eFuse controller for all blocks at once. */
  first: boolean;
  spi: { base: number; usr2: number; w0: number };
  efuseBase: number;
  /** Registers that only stand there. */
  fixed: Readonly<Record<number, number>>;
  /** What the ROM says after a reset into download mode. */
  startText: string;
}

/** Clock of the UART, Hz; and what the ESP32's ROM takes it for, as it measures it against its 8 MHz oscillator. */
const CRYSTAL = 40_000_000;
/** RTC calibration (bits 7 and up) and CK8M_FREQ of the eFuses: together 40.4 MHz, 1 % off. */
const CALIBRATION = 1989;
export const CK8M_FREQUENCY = 52;
const MISTAKEN_CRYSTAL = (CALIBRATION * 15_625 * CK8M_FREQUENCY) / 40;
export const RATE_ERROR = CRYSTAL / MISTAKEN_CRYSTAL;

export const esp32Model: EspModel = {
  id: 'esp32',
  title: 'Espressif ESP32-D0WD-V3, ROM loader',
  chipId: 0,
  magic: 0x00f01d83,
  first: true,
  spi: { base: 0x3ff42000, usr2: 0x24, w0: 0x80 },
  efuseBase: 0x3ff5a000,
  fixed: {
    // UART0's divider at 115,200 Bd, SYSCON's date with the third bit of the revision, RTC calibration.
    0x3ff40014: Math.round(CRYSTAL / 115_200),
    0x3ff6607c: 0x80000000,
    0x3ff5f06c: CALIBRATION << 7,
  },
  startText:
    'ets Jul 29 2019 12:21:46\r\n\r\nrst:0x1 (POWERON_RESET),boot:0x3 ' +
    '(DOWNLOAD_BOOT(UART0/UART1/SDIO_REI_REO_V2))\r\nwaiting for download\r\n',
};

export const esp32c3Model: EspModel = {
  id: 'esp32c3',
  title: 'Espressif ESP32-C3 v0.4, ROM loader',
  chipId: 5,
  magic: 0x1b31506f,
  first: false,
  spi: { base: 0x60002000, usr2: 0x20, w0: 0x58 },
  efuseBase: 0x60008800,
  fixed: {},
  startText:
    'ESP-ROM:esp32c3-api1-20210207\r\nBuild:Feb  7 2021\r\nrst:0x1 (POWERON),boot:0x4 ' +
    '(DOWNLOAD(USB/UART0/1))\r\nwaiting for download\r\n',
};

export const esp32s3Model: EspModel = {
  ...esp32c3Model,
  id: 'esp32s3',
  title: 'Espressif ESP32-S3 v0.4, ROM loader',
  chipId: 9,
  magic: 0x09,
  efuseBase: 0x60007000,
  startText:
    'ESP-ROM:esp32s3-20210327\r\nBuild:Mar 27 2021\r\nrst:0x1 (POWERON),boot:0x0 ' +
    '(DOWNLOAD(USB/UART0))\r\nwaiting for download\r\n',
};

export const esp32c6Model: EspModel = {
  ...esp32c3Model,
  id: 'esp32c6',
  title: 'Espressif ESP32-C6 v0.4, ROM loader',
  chipId: 13,
  magic: 0x2ce0806f,
  spi: { base: 0x60003000, usr2: 0x20, w0: 0x58 },
  efuseBase: 0x600b0800,
  startText:
    'ESP-ROM:esp32c6-20220919\r\nBuild:Sep 19 2022\r\nrst:0x1 (POWERON),boot:0x4 ' +
    '(DOWNLOAD(USB/UART0/SDIO_FEI_FEO))\r\nwaiting for download\r\n',
};
