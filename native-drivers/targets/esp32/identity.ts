import { DriverError } from '#drivers/core/errors.ts';
import type { EspRomClient } from '#drivers/protocols/esp-rom/client.ts';
import { MAGIC_ADDRESS, productOf, type EspChip } from './chips.ts';
import { bytesOf, Efuse, fieldOf } from './efuse.ts';
import { securityOf, securityOfInfo, type Security } from './security.ts';

export interface EspIdentity {
  /** Base MAC address, hex. Empty: secure download mode shows no registers. */
  uid: string;
  /** The optional unique id of 128 bits, where the chip has one; tells two chips of one address apart. */
  extra: string;
  /** Major x 100 + minor. */
  revision: number;
  security: Security;
}

/** ESP32: SYSCON's date register, whose top bit is the third bit of the revision (esptool, esp32.py). */
const SYSCON_DATE = 0x3ff6607c;
/** Revision bits of the ESP32, as a number: esptool, esp32.py, `get_major_chip_version`. */
const MAJOR: Readonly<Record<number, number>> = { 0: 0, 1: 1, 3: 2, 7: 3 };
const C6_ID = 13;
const PLACES = 4;

const field = (word: number, bit: number, width: number) => ({ word, bit, width, disable: 0 });

/** CRC-8 over the ESP32's MAC address: polynomial 8C, reflected, from 0 (espefuse, `EfuseMacField.calc_crc`). */
export function macCrc(mac: Uint8Array): number {
  return mac.reduce((start, byte) => {
    let crc = start ^ byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >> 1) ^ (crc & 1 ? 0x8c : 0);
    return crc;
  }, 0);
}

/** Which chip, which one, and what is fused. Rejects with `wrong-chip`; nothing is changed. */
export async function identifyChip(client: EspRomClient, chip: EspChip): Promise<EspIdentity> {
  return chip.magic === null ? laterChip(client, chip) : firstChip(client, chip, chip.magic);
}

async function firstChip(client: EspRomClient, chip: EspChip, magic: number): Promise<EspIdentity> {
  const found = await client.readRegister(MAGIC_ADDRESS);
  if (found !== magic) throw wrongChip(chip, `0x${found.toString(16)}`);
  const words = await new Efuse(client, chip).read(0);
  const mac = macOf(words[1] ?? 0, words[2] ?? 0);
  if (macCrc(mac) !== fieldOf(words, field(2, 16, 8)))
    throw new DriverError('bad-checksum', "The chip's address does not match its checksum.", {
      chip: 'untouched',
    });
  const bits =
    fieldOf(words, field(3, 15, 1)) |
    (fieldOf(words, field(5, 20, 1)) << 1) |
    (fieldOf([await client.readRegister(SYSCON_DATE)], field(0, 31, 1)) << 2);
  const revision = (MAJOR[bits] ?? 0) * 100 + fieldOf(words, field(5, 24, 2));
  return { uid: mac.toString('hex'), extra: '', revision, security: securityOf(chip, words) };
}

async function laterChip(client: EspRomClient, chip: EspChip): Promise<EspIdentity> {
  const info = await client.securityInfo().catch((error: unknown) => {
    // A ROM without this command is that of an ESP32.
    if (error instanceof DriverError && error.code === 'device-error') throw wrongChip(chip, 'no chip id');
    throw error;
  });
  if (info.chipId !== chip.chipId) throw wrongChip(chip, productOf(info.chipId));
  const security = securityOfInfo(info);
  if (security.secureDownload) return { uid: '', extra: '', revision: 0, security };
  const efuse = new Efuse(client, chip);
  const factory = await efuse.read(1);
  const mac = macOf(factory[0] ?? 0, factory[1] ?? 0);
  const id = (await efuse.read(2)).slice(0, PLACES);
  const extra = Buffer.from(bytesOf(id)).toString('hex');
  return { uid: mac.toString('hex'), extra, revision: laterRevision(chip, factory), security };
}

/** espefuse's tables: WAFER_VERSION_MAJOR and _MINOR of block 1, in two parts but for the C6. */
function laterRevision(chip: EspChip, words: readonly number[]): number {
  if (chip.chipId === C6_ID) return fieldOf(words, field(3, 22, 2)) * 100 + fieldOf(words, field(3, 18, 4));
  const minor = (fieldOf(words, field(5, 23, 1)) << 3) | fieldOf(words, field(3, 18, 3));
  return fieldOf(words, field(5, 24, 2)) * 100 + minor;
}

function macOf(low: number, high: number): Buffer {
  const mac = Buffer.alloc(6);
  mac.writeUInt16BE(high & 0xffff);
  mac.writeUInt32BE(low >>> 0, 2);
  return mac;
}

const wrongChip = (chip: EspChip, found: string): DriverError =>
  new DriverError('wrong-chip', 'The chip is not what the job is for.', {
    chip: 'untouched',
    context: { expected: chip.product, found },
  });
