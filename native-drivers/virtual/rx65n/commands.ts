import { timingSafeEqual } from 'node:crypto';
import { addressesOf, beginWrite, eraseBlock } from '../ra-rom/flash-commands.ts';
import { eraseNs } from '../ra-rom/flash-times.ts';
import { setBaudRate } from '../ra-rom/identity-commands.ts';
import type { Area, Range } from '../ra-rom/memory-map.ts';
import { COMMAND, MAX_PAYLOAD, RomRefusal, STATUS } from '../ra-rom/protocol.ts';
import type { RomCommand } from '../ra-rom/session.ts';
import type { RxSession } from './session.ts';

/** Codes that RA parts do not have, or have for something else; as the public tool sends them. */
const RX = {
  blankCheck: 0x10,
  authenticationMode: 0x2c,
  authenticate: 0x30,
  clock: 0x32,
  endian: 0x36,
  deviceType: 0x38,
} as const;
const ID_NEEDED = 0x00;
const ID_NOT_NEEDED = 0xff;
/** Input and CPU clock, Hz, highest and lowest: made up within the data sheet's bounds. */
const CLOCKS = [24_000_000, 8_000_000, 120_000_000, 16_000_000];

/** Everything that the ROM of an RX part knows, by command code. */
export const commands: ReadonlyMap<number, RomCommand<RxSession>> = new Map<number, RomCommand<RxSession>>([
  [COMMAND.inquiry, { lengths: [0], run: (rom) => rom.done(COMMAND.inquiry) }],
  [RX.deviceType, { lengths: [0], run: (rom) => inParts(rom, RX.deviceType, deviceType(rom)) }],
  [RX.endian, { lengths: [1], run: setEndian }],
  [RX.clock, { lengths: [8], run: setClock }],
  [COMMAND.baudRate, { lengths: [4], run: (rom, payload) => setBaudRate(rom, payload) }],
  [RX.authenticationMode, { lengths: [0], run: authenticationMode }],
  [RX.authenticate, { lengths: [16], run: authenticate }],
  [RX.blankCheck, { lengths: [8], run: blankCheck }],
  [COMMAND.erase, { lengths: [4], run: erase }],
  [
    COMMAND.write,
    { lengths: [8], run: (rom, payload) => beginWrite(rom, rangeOf(rom, payload), areaOf(rom)) },
  ],
  [COMMAND.read, { lengths: [8], run: read }],
]);

/** A status; the host sends it back; the data. Some send an empty frame instead: both mean go. */
function inParts(rom: RxSession, code: number, data: Uint8Array): void {
  rom.expectData(code, () => {
    rom.expectData(code, null);
    rom.answer(code, data);
    return Promise.resolve();
  });
  rom.done(code);
}

function deviceType({ part }: RxSession): Uint8Array {
  const answer = Buffer.alloc(24);
  answer.set(part.device.type);
  CLOCKS.forEach((clock, index) => answer.writeUInt32BE(clock, 8 + 4 * index));
  return answer;
}

function setEndian(rom: RxSession, payload: Uint8Array): void {
  if ((payload[0] ?? 2) > 1) throw new RomRefusal(STATUS.address);
  rom.settled.add('endian');
  rom.done(RX.endian);
}

/** What was asked for, within the bounds of the part. */
function setClock(rom: RxSession, payload: Uint8Array): void {
  const [input, system] = addressesOf(payload);
  const [maxInput = 0, minInput = 0, maxSystem = 0] = CLOCKS;
  if (input > maxInput || input < minInput) throw new RomRefusal(STATUS.baudMargin);
  const answer = Buffer.alloc(8);
  answer.writeUInt32BE(Math.min(system, maxSystem));
  answer.writeUInt32BE(Math.min(system, maxSystem) / 2, 4);
  rom.settled.add('clock');
  inParts(rom, RX.clock, answer);
}

function authenticationMode(rom: RxSession): void {
  const mode = rom.part.idCode === null ? ID_NOT_NEEDED : ID_NEEDED;
  inParts(rom, RX.authenticationMode, Uint8Array.of(mode));
}

function authenticate(rom: RxSession, code: Uint8Array): void {
  const { idCode } = rom.part;
  if (idCode !== null && !timingSafeEqual(idCode, code)) throw new RomRefusal(STATUS.mismatch);
  rom.settled.add('id');
  rom.done(RX.authenticate);
}

function requireReady({ settled }: RxSession): void {
  if (!settled.has('endian') || !settled.has('clock')) throw new RomRefusal(STATUS.flow);
  if (!settled.has('id')) throw new RomRefusal(STATUS.protection);
}

function rangeOf(rom: RxSession, payload: Uint8Array): Range {
  requireReady(rom);
  const [start, end] = addressesOf(payload);
  const range = rom.part.device.memory.resolve(start, end);
  if (range === null) throw new RomRefusal(STATUS.address);
  return range;
}

function areaOf({ part }: RxSession): (address: number) => Area | undefined {
  return (address) => part.device.memory.areaOf(address);
}

function blankCheck(rom: RxSession, payload: Uint8Array): void {
  const { start, end } = rangeOf(rom, payload);
  if (!rom.part.flash.isBlank(start, end - start + 1)) throw new RomRefusal(STATUS.notBlank);
  rom.done(RX.blankCheck);
}

/** The block that begins there. */
async function erase(rom: RxSession, payload: Uint8Array): Promise<void> {
  requireReady(rom);
  const start = Buffer.from(payload).readUInt32BE();
  const area = rom.part.device.memory.areaOf(start);
  if (area === undefined || (start - area.start) % area.eraseUnit !== 0) throw new RomRefusal(STATUS.address);
  await eraseBlock(rom, start, area.eraseUnit, eraseNs(area));
  rom.done(COMMAND.erase);
}

function read(rom: RxSession, payload: Uint8Array): void {
  requireReady(rom);
  const [start, end] = addressesOf(payload);
  const length = end - start + 1;
  if (length < 1 || length > MAX_PAYLOAD || !rom.part.shows(start, end)) throw new RomRefusal(STATUS.address);
  inParts(rom, COMMAND.read, rom.part.read(start, length));
}
