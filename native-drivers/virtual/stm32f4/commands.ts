import { FLASH_BYTES, FLASH_START, sectorStart, SECTORS, type Stm32Part } from './part.ts';
import type { Done, RomSteps } from './session.ts';

/** How many bytes a command waits for next. */
export type Wanted = number;
/** A command whose bytes come in steps; each `yield` says how many come next. */
export type Steps = AsyncGenerator<Wanted, Done, Uint8Array> | Generator<Wanted, Done, Uint8Array>;
type Async = AsyncGenerator<Wanted, Done, Uint8Array>;

const US = 1e3;
const MS = 1e6;
/** STM32F405 data sheet (DS8626), table 40, typical, 32-bit parallelism: word, sectors of 16, 64 and 128 KiB, all. */
const WORD_NS = 16 * US;
const ERASE_NS = new Map([
  [16 * 1024, 250 * MS],
  [64 * 1024, 550 * MS],
  [128 * 1024, 1000 * MS],
]);
const MASS_ERASE_NS = 8000 * MS;
const OPTION_NS = 100 * MS;
const MASS_ERASE = 0xffff;
const VERSION = 0x31;
const RAM = { start: 0x20000000, end: 0x20020000 };

const xor = (bytes: Uint8Array): number => bytes.reduce((sum, byte) => sum ^ byte, 0);

function get(rom: RomSteps): Done {
  rom.ack();
  const commands = Object.keys(steps).map(Number);
  rom.say(Uint8Array.from([commands.length, VERSION, ...commands]));
  return rom.ack();
}

function version(rom: RomSteps): Done {
  rom.ack();
  rom.say(Uint8Array.of(VERSION, 0, 0));
  return rom.ack();
}

function id(rom: RomSteps): Done {
  const { productId } = rom.part;
  rom.ack();
  rom.say(Uint8Array.of(1, productId >> 8, productId & 0xff));
  return rom.ack();
}

/** Four bytes and their XOR; null where the XOR does not hold. */
function* addressOf(): Generator<Wanted, number | null, Uint8Array> {
  const bytes: Uint8Array = yield 5;
  return xor(bytes) === 0 ? Buffer.from(bytes).readUInt32BE() : null;
}

function* read(rom: RomSteps): Generator<Wanted, Done, Uint8Array> {
  if (rom.part.readoutProtected) return rom.nack();
  rom.ack();
  const address = yield* addressOf();
  if (address === null || rom.part.read(address, 1) === null) return rom.nack();
  rom.ack();
  const [head = 0, complement = 0] = yield 2;
  const bytes = (head ^ complement) === 0xff ? rom.part.read(address, head + 1) : null;
  if (bytes === null) return rom.nack();
  rom.ack();
  return rom.say(bytes);
}

function* go(rom: RomSteps): Generator<Wanted, Done, Uint8Array> {
  if (rom.part.readoutProtected) return rom.nack();
  rom.ack();
  return (yield* addressOf()) === null ? rom.nack() : rom.ack();
}

const inFlash = (address: number, length: number): boolean =>
  address >= FLASH_START && address + length <= FLASH_START + FLASH_BYTES;
const inRam = (address: number, length: number): boolean =>
  address >= RAM.start && address + length <= RAM.end;

async function* write(rom: RomSteps): Async {
  if (rom.part.readoutProtected) return rom.nack();
  rom.ack();
  const address = yield* addressOf();
  if (address === null || (!inFlash(address, 1) && !inRam(address, 1))) return rom.nack();
  rom.ack();
  const [head = 0] = yield 1;
  const rest: Uint8Array = yield head + 2;
  if ((xor(rest) ^ head) !== 0) return rom.nack();
  return (await program(rom, address, rest.subarray(0, head + 1))) ? rom.ack() : rom.nack();
}

/** Word by word, so that a power cut leaves behind what had been programmed. */
async function program(rom: RomSteps, address: number, bytes: Uint8Array): Promise<boolean> {
  if (inRam(address, bytes.length)) return true;
  if (!inFlash(address, bytes.length) || address % 4 !== 0) return false;
  if (sectorsOf(address, bytes.length).some((sector) => rom.part.protectedSectors.has(sector))) return false;
  if (rom.host.faults.take('power-cut-mid-write') !== null) return cut(rom, address, bytes);
  await rom.busy(Math.ceil(bytes.length / 4) * WORD_NS);
  return rom.part.flash.program(address, bytes);
}

function cut(rom: RomSteps, address: number, bytes: Uint8Array): Promise<boolean> {
  rom.part.flash.program(address, bytes.subarray(0, bytes.length >> 1));
  rom.resetAfter();
  // The chip is in reset: this write never ends.
  return new Promise<boolean>(() => undefined);
}

const sectorsOf = (address: number, length: number): number[] =>
  SECTORS.map((_, index) => index).filter(
    (index) => address < sectorStart(index + 1) && address + length > sectorStart(index),
  );

async function* extendedErase(rom: RomSteps): Async {
  if (rom.part.readoutProtected) return rom.nack();
  rom.ack();
  const head: Uint8Array = yield 2;
  const count = Buffer.from(head).readUInt16BE();
  const rest: Uint8Array = yield count >= 0xfff0 ? 1 : (count + 1) * 2 + 1;
  if ((xor(head) ^ xor(rest)) !== 0) return rom.nack();
  if (count === MASS_ERASE) {
    await rom.busy(MASS_ERASE_NS);
    rom.part.eraseAll();
    return rom.ack();
  }
  const erased = count < 0xfff0 && (await erasePages(rom, Buffer.from(rest), count + 1));
  return erased ? rom.ack() : rom.nack();
}

async function erasePages(rom: RomSteps, numbers: Buffer, count: number): Promise<boolean> {
  for (let index = 0; index < count; index += 1) {
    const sector = numbers.readUInt16BE(index * 2);
    const bytes = SECTORS[sector];
    if (bytes === undefined || rom.part.protectedSectors.has(sector)) return false;
    await rom.busy(ERASE_NS.get(bytes) ?? 0);
    rom.part.flash.erase(sectorStart(sector), bytes);
  }
  return true;
}

async function* writeProtect(rom: RomSteps): Async {
  rom.ack();
  const [head = 0] = yield 1;
  const rest: Uint8Array = yield head + 2;
  if ((xor(rest) ^ head) !== 0) return rom.nack();
  await rom.busy(OPTION_NS);
  for (const sector of rest.subarray(0, head + 1)) rom.part.protectedSectors.add(sector);
  rom.ack();
  return rom.resetAfter();
}

async function writeUnprotect(rom: RomSteps): Promise<Done> {
  if (rom.part.readoutProtected) return rom.nack();
  rom.ack();
  await rom.busy(OPTION_NS);
  rom.part.protectedSectors.clear();
  rom.ack();
  return rom.resetAfter();
}

async function readoutProtect(rom: RomSteps): Promise<Done> {
  if (rom.part.readoutProtected) return rom.nack();
  rom.ack();
  await rom.busy(OPTION_NS);
  rom.part.readoutProtected = true;
  if (rom.host.faults.take('lock-silent') === null) rom.ack();
  return rom.resetAfter();
}

/** Level 1 back to level 0 erases all of the flash first: what was protected is gone. */
async function readoutUnprotect(rom: RomSteps): Promise<Done> {
  rom.ack();
  await rom.busy(rom.part.readoutProtected ? MASS_ERASE_NS + OPTION_NS : OPTION_NS);
  if (rom.part.readoutProtected) rom.part.eraseAll();
  rom.part.readoutProtected = false;
  rom.ack();
  return rom.resetAfter();
}

/** AN3155, section 3: the commands of version 3.1. */
export const steps: Readonly<Record<number, (rom: RomSteps) => Steps | Promise<Done> | Done>> = {
  0x00: get,
  0x01: version,
  0x02: id,
  0x11: read,
  0x21: go,
  0x31: write,
  0x44: extendedErase,
  0x63: writeProtect,
  0x73: writeUnprotect,
  0x82: readoutProtect,
  0x92: readoutUnprotect,
};

/** As a debugger would call it. */
export const protectionName = (part: Stm32Part): string => (part.readoutProtected ? 'RDP1' : 'RDP0');
