import { KEY_STORE_BYTES } from './key-store.ts';
import { provision } from './key-commands.ts';
import { FLASH_BYTES, PAGE, RAM } from './memory.ts';
import type { NxpPart } from './part.ts';
import { PACKET_BYTES, type NxpSession } from './session.ts';
import { receive } from './data-phase.ts';

/** Does it and answers it. */
export type Command = (rom: NxpSession, parameters: readonly number[]) => Promise<void>;

const MS = 1e6;
/** No document that was read confirms these: erase and program time of one page of 512 bytes. */
export const ERASE_NS = 2 * MS;
export const PROGRAM_NS = 1.09 * MS;
const UNKNOWN_PROPERTY = 10300;
const PROPERTY_RESPONSE = 0xa7;
const READ_RESPONSE = 0xa3;
const UNLOCKED = 0x5aa55aa5;

/** Versions, commands, peripherals and flash as a part of revision 1B says them (public snapshot of the lpc55 crate 0.2.1). */
const properties: Readonly<Record<number, (part: NxpPart) => readonly number[]>> = {
  0x01: () => [0x4b030000],
  0x02: () => [0x17],
  0x03: () => [0],
  0x04: () => [FLASH_BYTES],
  0x05: () => [32_768],
  0x07: () => [0x10dce],
  0x0a: () => [1],
  0x0b: () => [PACKET_BYTES],
  0x0e: () => [RAM.start],
  0x0f: () => [RAM.bytes],
  0x10: (part) => part.systemId,
  0x11: () => [UNLOCKED],
  0x12: (part) => wordsOf(part.shownUid),
  0x18: () => [0x54010104],
  0x1b: () => [PAGE],
};

const wordsOf = (bytes: Uint8Array): number[] =>
  Array.from({ length: bytes.length / 4 }, (_, index) => Buffer.from(bytes).readUInt32LE(index * 4));

async function getProperty(rom: NxpSession, [tag = 0]: readonly number[]): Promise<void> {
  const values = properties[tag]?.(rom.part);
  // Recorded from an LPC5512: a refusal has the status and no value.
  if (values === undefined) await rom.respond(PROPERTY_RESPONSE, UNKNOWN_PROPERTY);
  else await rom.respond(PROPERTY_RESPONSE, 0, ...values);
}

async function eraseRegion(rom: NxpSession, [address = 0, length = 0]: readonly number[]): Promise<void> {
  const status = rom.part.memory.erase(address, length);
  if (status === 0) await rom.busy((length / PAGE) * ERASE_NS);
  await rom.generic(status);
}

/** Recorded: the answer says that bytes follow; a packet of none ends them early, and the last answer says why. */
async function readMemory(rom: NxpSession, [address = 0, length = 0]: readonly number[]): Promise<void> {
  if (!(await rom.respond(READ_RESPONSE, 0, length))) return;
  for (let at = 0; at < length; at += PACKET_BYTES) {
    const bytes = rom.part.memory.read(address + at, Math.min(PACKET_BYTES, length - at));
    if (typeof bytes === 'number') {
      if (await rom.sayData(new Uint8Array(0))) await rom.generic(bytes);
      return;
    }
    if (!(await rom.sayData(bytes))) return;
  }
  await rom.generic(0);
}

async function writeMemory(rom: NxpSession, [address = 0, length = 0]: readonly number[]): Promise<void> {
  const refused = rom.part.memory.refuses(address, length);
  if (!(await rom.generic(refused)) || refused !== 0) return;
  await receive(rom, length, PAGE, (bytes, at) => store(rom, address + at, bytes));
}

async function store(rom: NxpSession, address: number, bytes: Uint8Array): Promise<number> {
  const { memory } = rom.part;
  if (memory.isRam(address)) {
    memory.writeRam(address, bytes);
    return 0;
  }
  if (rom.host.faults.take('power-cut-mid-write') !== null) return cut(rom, address, bytes);
  await rom.busy(PROGRAM_NS);
  return memory.programPage(address, bytes);
}

function cut(rom: NxpSession, address: number, bytes: Uint8Array): Promise<number> {
  rom.part.memory.programPage(address, bytes.subarray(0, bytes.length >> 1));
  rom.host.restart();
  // The part is in reset: this write never ends.
  return new Promise<number>(() => undefined);
}

async function reset(rom: NxpSession): Promise<void> {
  if (await rom.generic(0)) rom.host.restart();
}

export const commands: Readonly<Record<number, Command>> = {
  0x01: (rom) => eraseRegion(rom, [0, FLASH_BYTES]),
  0x02: eraseRegion,
  0x03: readMemory,
  0x04: writeMemory,
  0x07: getProperty,
  0x0b: reset,
  0x15: (rom, parameters) => provision(rom, parameters, (KEY_STORE_BYTES / PAGE) * (ERASE_NS + PROGRAM_NS)),
};
