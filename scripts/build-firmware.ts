import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * Builds the demo firmware: boot loader, then two slots with one MCUboot image, as one S-record. The same source and
 * compiler give the same bytes; a test compares them with the committed file.
 */
const FOLDER = resolve(import.meta.dirname, '../resources/firmware/demo');
const SOURCE = join(FOLDER, 'source');
export const FIRMWARE = join(FOLDER, 'firmware.srec');

const FLASH = 0x02000000;
export const BOOTLOADER_BYTES = 0x10000;
const SLOT_BYTES = 0x20000;
const HEADER_BYTES = 0x200;
const RECORD_BYTES = 64;
/** Curves that fill each region but a few hundred bytes: real data, so that a benchmark programs real phrases. */
const BOOT_CURVES = 7;
const APPLICATION_CURVES = 15;
const VERSION = { major: 5, minor: 2, revision: 0, build: 431 };

/** Image header, TLV area and tags: MCUboot, boot/bootutil/include/bootutil/image.h. */
const IMAGE_MAGIC = 0x96f3b83d;
const TLV_INFO_MAGIC = 0x6907;
const TLV_SHA256 = 0x10;

/** The S-record file, built in a folder of its own. Throws where the compiler is missing or refuses the source. */
export function buildFirmware(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'rootline-firmware-'));
  try {
    const bootloader = padded(compile('boot', BOOT_CURVES, folder), BOOTLOADER_BYTES);
    const slot = padded(mcubootImage(compile('application', APPLICATION_CURVES, folder)), SLOT_BYTES);
    return toSRecord(FLASH, Buffer.concat([bootloader, slot, slot]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function compile(name: string, curves: number, folder: string): Buffer {
  const file = (extension: string) => join(folder, `${name}.${extension}`);
  const options = `-mcpu=cortex-m33 -mthumb -Os -std=c11 -ffreestanding -fno-ident -Wall -Wextra -Werror`;
  execFileSync(
    'arm-none-eabi-gcc',
    [
      ...options.split(' '),
      ...['-nostdlib', '-Wl,-n', '-Wl,--build-id=none', '-Wl,--no-warn-rwx-segments', `-DCURVES=${curves}`],
      ...['-T', `${name}.ld`, '-o', file('elf'), `${name}.c`, 'tables.S'],
    ],
    { cwd: SOURCE, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  execFileSync('arm-none-eabi-objcopy', ['-O', 'binary', file('elf'), file('bin')]);
  return readFileSync(file('bin'));
}

function mcubootImage(code: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(IMAGE_MAGIC, 0);
  header.writeUInt16LE(HEADER_BYTES, 8);
  header.writeUInt32LE(code.length, 12);
  header.writeUInt8(VERSION.major, 20);
  header.writeUInt8(VERSION.minor, 21);
  header.writeUInt16LE(VERSION.revision, 22);
  header.writeUInt32LE(VERSION.build, 24);
  const signed = Buffer.concat([header, code]);
  const hash = createHash('sha256').update(signed).digest();
  const tlv = Buffer.alloc(8 + hash.length);
  tlv.writeUInt16LE(TLV_INFO_MAGIC, 0);
  tlv.writeUInt16LE(tlv.length, 2);
  tlv.writeUInt16LE(TLV_SHA256, 4);
  tlv.writeUInt16LE(hash.length, 6);
  tlv.set(hash, 8);
  return Buffer.concat([signed, tlv]);
}

function padded(bytes: Buffer, length: number): Buffer {
  if (bytes.length > length) throw new Error(`${bytes.length} bytes do not fit into ${length}`);
  return Buffer.concat([bytes, Buffer.alloc(length - bytes.length, 0xff)]);
}

function toSRecord(address: number, bytes: Buffer): Buffer {
  const lines = [record('S0', 0, 2, Buffer.from('TH4 5.2.0'))];
  for (let at = 0; at < bytes.length; at += RECORD_BYTES)
    lines.push(record('S3', address + at, 4, bytes.subarray(at, at + RECORD_BYTES)));
  lines.push(record('S5', bytes.length / RECORD_BYTES, 2, Buffer.alloc(0)));
  lines.push(record('S7', bytes.readUInt32LE(4), 4, Buffer.alloc(0)));
  return Buffer.from(lines.join(''));
}

function record(type: string, address: number, width: number, data: Buffer): string {
  const body = Buffer.alloc(1 + width + data.length);
  body[0] = width + data.length + 1;
  body.writeUIntBE(address, 1, width);
  body.set(data, 1 + width);
  const checksum = ~body.reduce((sum, byte) => sum + byte, 0) & 0xff;
  return `${type}${body.toString('hex').toUpperCase()}${checksum.toString(16).toUpperCase().padStart(2, '0')}\n`;
}

if (import.meta.main) {
  writeFileSync(FIRMWARE, buildFirmware());
  process.stderr.write(`${FIRMWARE}\n`);
}
