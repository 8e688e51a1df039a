import { crc32 } from 'node:zlib';
import { eraseNs, programStep } from './flash-times.ts';
import type { Area, Range } from './memory-map.ts';
import { COMMAND, MAX_PAYLOAD, RomRefusal, STATUS } from './protocol.ts';
import type { FlashSession, RomCommands } from './session.ts';

/** Status alone, or with ST2 and address as R01AN5562 section 6.20.2 has it: tools send either. */
const ACKNOWLEDGE_BYTES = [1, 9];

export interface FlashRules<S> {
  /** The cells meant by SAD and EAD; throws a refusal where there are none, or none that this host may reach. */
  rangeOf: (rom: S, payload: Uint8Array) => Range;
  areaOf: (address: number) => Area | undefined;
}

/** Erase, write, read, CRC. */
export function flashCommands<S extends FlashSession>({ rangeOf, areaOf }: FlashRules<S>): RomCommands<S> {
  const lengths = [8];
  return [
    [COMMAND.erase, { lengths, run: (rom, payload) => erase(rom, rangeOf(rom, payload), areaOf) }],
    [COMMAND.write, { lengths, run: (rom, payload) => beginWrite(rom, rangeOf(rom, payload), areaOf) }],
    [COMMAND.read, { lengths, run: (rom, payload) => read(rom, rangeOf(rom, payload)) }],
    [COMMAND.crc, { lengths, run: (rom, payload) => sum(rom, rangeOf(rom, payload), areaOf) }],
  ];
}

/** Start and end of a range, big-endian. */
export function addressesOf(payload: Uint8Array): [number, number] {
  const words = Buffer.from(payload);
  return [words.readUInt32BE(0), words.readUInt32BE(4)];
}

/** Whole CRC units; a configuration area all at once (R01AN5562 section 6.21, as vjardin/radfu has it). */
function sum(
  rom: FlashSession,
  { start, end, kind }: Range,
  areaOf: (address: number) => Area | undefined,
): void {
  const area = areaOf(start);
  const unit = area?.crcUnit ?? 1;
  const whole = kind === 'config' ? start === area?.start && end === area.end : true;
  if (!whole || start % unit !== 0 || (end + 1) % unit !== 0) throw new RomRefusal(STATUS.address, start);
  const answer = Buffer.alloc(4);
  answer.writeUInt32BE(crc32(rom.part.flash.read(start, end - start + 1)));
  rom.answer(COMMAND.crc, answer);
}

async function erase(
  rom: FlashSession,
  { start, end }: Range,
  areaOf: (address: number) => Area | undefined,
): Promise<void> {
  const blocks: { address: number; bytes: number; ns: number }[] = [];
  for (let address = start; address <= end;) {
    const area = areaOf(address);
    if (area === undefined || area.eraseUnit === 0 || (address - area.start) % area.eraseUnit !== 0)
      throw new RomRefusal(STATUS.address, address);
    blocks.push({ address, bytes: area.eraseUnit, ns: eraseNs(area) });
    address += area.eraseUnit;
    if (address - 1 > end) throw new RomRefusal(STATUS.address, end);
  }
  for (const { address, bytes, ns } of blocks) await eraseBlock(rom, address, bytes, ns);
  rom.done(COMMAND.erase);
}

/** Half of the block is gone where power fails in between. */
export async function eraseBlock(
  rom: FlashSession,
  address: number,
  bytes: number,
  ns: number,
): Promise<void> {
  await rom.busy(ns, () => rom.part.flash.erase(address, bytes / 2));
  rom.part.flash.erase(address, bytes);
}

/** Every block that is not blank; what initialize begins with. */
export async function eraseAll(rom: FlashSession, areas: readonly Area[]): Promise<void> {
  for (const area of areas.filter(({ eraseUnit }) => eraseUnit > 0))
    for (let block = area.start; block < area.end; block += area.eraseUnit)
      if (!rom.part.flash.isBlank(block, area.eraseUnit))
        await eraseBlock(rom, block, area.eraseUnit, eraseNs(area));
}

export function beginWrite(
  rom: FlashSession,
  range: Range,
  areaOf: (address: number) => Area | undefined,
): void {
  const unit = areaOf(range.start)?.writeUnit ?? 1;
  if (range.start % unit !== 0 || (range.end + 1) % unit !== 0)
    throw new RomRefusal(STATUS.address, range.start);
  let next = range.start;
  rom.expectData(COMMAND.write, async (bytes) => {
    const fits = bytes.length > 0 && bytes.length % unit === 0 && next + bytes.length - 1 <= range.end;
    if (!fits) throw new RomRefusal(STATUS.packet);
    await program(rom, range.kind, next, bytes);
    next += bytes.length;
    if (next > range.end) rom.expectData(COMMAND.write, null);
    rom.done(COMMAND.write);
  });
  rom.done(COMMAND.write);
}

/** One wait for all phrases of a packet: a timer for each would cost more than a phrase takes. */
async function program(
  rom: FlashSession,
  kind: Range['kind'],
  address: number,
  bytes: Uint8Array,
): Promise<void> {
  const step = programStep(kind);
  const pieces: [number, Uint8Array][] = [];
  for (let offset = 0; offset < bytes.length; offset += step.bytes)
    pieces.push([address + offset, bytes.subarray(offset, offset + step.bytes)]);
  const cutAfter = (whole: number) => {
    for (const piece of pieces.slice(0, whole)) store(rom, kind, piece);
    const [at, half] = pieces[whole] ?? [address, new Uint8Array()];
    store(rom, kind, [at, half.subarray(0, half.length / 2)]);
  };
  const failing = pieces.findIndex(() => cutsPower(rom));
  if (failing >= 0) {
    cutAfter(failing);
    rom.failPower();
  }
  await rom.busy(step.ns * pieces.length, (elapsed) => cutAfter(Math.floor(elapsed / step.ns)));
  for (const piece of pieces) if (!store(rom, kind, piece)) throw new RomRefusal(STATUS.write, piece[0]);
}

function store(rom: FlashSession, kind: Range['kind'], [at, bytes]: [number, Uint8Array]): boolean {
  if (kind !== 'config') return rom.part.flash.program(at, bytes);
  rom.part.flash.replace(at, bytes);
  return true;
}

/** The fault counts phrases down and bites at the last. */
function cutsPower(rom: FlashSession): boolean {
  const { faults } = rom.host;
  const args = faults.take('power-cut-mid-write');
  if (args === null) return false;
  const left = Number(args[0] ?? 1) - 1;
  if (left > 0) faults.arm(`power-cut-mid-write ${left}`);
  return left <= 0;
}

function read(rom: FlashSession, { start, end }: Range): void {
  let next = start;
  const sendPacket = () => {
    const bytes = rom.part.flash.read(next, Math.min(MAX_PAYLOAD, end - next + 1));
    next += bytes.length;
    rom.answer(COMMAND.read, bytes);
    if (next <= end) return;
    rom.expectData(COMMAND.read, null);
    rom.allowTrailingAcknowledge();
  };
  rom.expectData(COMMAND.read, (acknowledge) => {
    if (!ACKNOWLEDGE_BYTES.includes(acknowledge.length)) throw new RomRefusal(STATUS.packet);
    if (acknowledge[0] === STATUS.ok) sendPacket();
    else rom.expectData(COMMAND.read, null);
    return Promise.resolve();
  });
  sendPacket();
}
