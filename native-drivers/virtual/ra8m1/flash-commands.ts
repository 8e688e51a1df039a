import { crc32 } from 'node:zlib';
import { eraseNs, programStep } from './flash-times.ts';
import { areaOf, resolveRange, type Range } from './memory-map.ts';
import { COMMAND, LEVEL, MAX_PAYLOAD, RomRefusal, STATUS } from './protocol.ts';
import type { RomCommand, RomSession } from './session.ts';

/** Status alone, or with ST2 and address as R01AN5562 section 6.20.2 has it: tools send either. */
const ACKNOWLEDGE_BYTES = [1, 9];

/** Erase, write, read, CRC. */
export const flashCommands: [number, RomCommand][] = [
  [COMMAND.erase, { lengths: [8], run: erase }],
  [COMMAND.write, { lengths: [8], run: beginWrite }],
  [COMMAND.read, { lengths: [8], run: read }],
  [
    COMMAND.crc,
    {
      lengths: [8],
      run: (rom, payload) => {
        const { start, end } = rangeOf(rom, payload);
        const answer = Buffer.alloc(4);
        answer.writeUInt32BE(crc32(rom.part.flash.read(start, end - start + 1)));
        rom.answer(COMMAND.crc, answer);
      },
    },
  ],
];

/** The cells meant by SAD and EAD. Level 1 reaches the non-secure aliases only, level 0 nothing. */
function rangeOf(rom: RomSession, payload: Uint8Array): Range {
  const words = Buffer.from(payload);
  const start = words.readUInt32BE(0);
  const range = resolveRange(start, words.readUInt32BE(4));
  if (range === null) throw new RomRefusal(STATUS.address, start);
  const reached = rom.accessLevel === LEVEL.two || (rom.accessLevel === LEVEL.one && range.nonSecure);
  if (!reached) throw new RomRefusal(STATUS.protection, start);
  return range;
}

async function erase(rom: RomSession, payload: Uint8Array): Promise<void> {
  const { start, end } = rangeOf(rom, payload);
  const blocks: { address: number; bytes: number; ns: number }[] = [];
  for (let address = start; address <= end;) {
    const area = areaOf(address);
    if (area === undefined || area.eraseUnit === 0 || (address - area.start) % area.eraseUnit !== 0)
      throw new RomRefusal(STATUS.address, address);
    blocks.push({ address, bytes: area.eraseUnit, ns: eraseNs(area) });
    address += area.eraseUnit;
    if (address - 1 > end) throw new RomRefusal(STATUS.address, end);
  }
  for (const { address, bytes, ns } of blocks) {
    await rom.busy(ns, () => rom.part.flash.erase(address, bytes / 2));
    rom.part.flash.erase(address, bytes);
  }
  rom.done(COMMAND.erase);
}

function beginWrite(rom: RomSession, payload: Uint8Array): void {
  const range = rangeOf(rom, payload);
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
  rom: RomSession,
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

function store(rom: RomSession, kind: Range['kind'], [at, bytes]: [number, Uint8Array]): boolean {
  if (kind !== 'config') return rom.part.flash.program(at, bytes);
  rom.part.flash.replace(at, bytes);
  return true;
}

/** The fault counts phrases down and bites at the last. */
function cutsPower(rom: RomSession): boolean {
  const { faults } = rom.host;
  const args = faults.take('power-cut-mid-write');
  if (args === null) return false;
  const left = Number(args[0] ?? 1) - 1;
  if (left > 0) faults.arm(`power-cut-mid-write ${left}`);
  return left <= 0;
}

function read(rom: RomSession, payload: Uint8Array): void {
  const { start, end } = rangeOf(rom, payload);
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
