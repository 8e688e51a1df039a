import type { Area } from './memory-map.ts';
import { COMMAND, FIRST_BAUD_RATE, MAX_BAUD_RATE, RomRefusal, STATUS } from './protocol.ts';
import type { FrameSession, RomCommands } from './session.ts';

/** What the signature says of a part; faults change it. */
interface NamedPart {
  reportedUid: Uint8Array;
  reportedProduct: string;
}

type Session = FrameSession<NamedPart>;

export interface RomIdentity {
  areas: readonly Area[];
  /**
   * Type of the signature: 01 is the first group with life-cycle management (R01AN5562 section 6.15.2.2). Renesas' RA8
   * example code takes 03 for RA8x1.
   */
  type: number;
  /** Major, minor, build. */
  bootFirmware: readonly [number, number, number];
  /** Bits per second; `MAX_BAUD_RATE` where nothing is said. */
  rates?: RomRates;
}

/** What the signature recommends, and the highest that command 34 takes: a part may recommend more than its clock makes. */
export interface RomRates {
  recommended: number;
  highest: number;
}

const PRODUCT_BYTES = 16;
/**
 * Short forms of the boot firmware before this one (R01AN5372), as tools written for it read them byte for byte:
 * signature = SCI clock(4) RMB(4) NOA(1, a bit per area) TYP(1, 03: RA6) BFV(2); area = KOA SAD EAD EAU WAU.
 * A real part of this firmware has the long ones only; the bench lets such a tool work all the same.
 */
const SCI_CLOCK = 60_000_000;
const OLD_AREA_BITS = 0x0d;
const OLD_TYPE = 0x03;
const OLD_AREA_BYTES = 17;

/** Inquiry, signature, areas, baud rate. */
export function identityCommands<S extends Session>(identity: RomIdentity): RomCommands<S> {
  return [
    [COMMAND.inquiry, { lengths: [0], run: (rom) => rom.done(COMMAND.inquiry) }],
    [
      COMMAND.signature,
      {
        lengths: [0],
        run: (rom) =>
          rom.answer(COMMAND.signature, rom.oldHost ? oldSignature(identity) : signature(rom, identity)),
      },
    ],
    [COMMAND.areaInfo, { lengths: [1], run: (rom, payload) => areaInfo(rom, identity, payload[0] ?? 0) }],
    [
      COMMAND.baudRate,
      { lengths: [4], run: (rom, payload) => setBaudRate(rom, payload, identity.rates?.highest) },
    ],
  ];
}

function areaInfo(rom: Session, { areas }: RomIdentity, index: number): void {
  const area = areas[index];
  if (area === undefined) throw new RomRefusal(STATUS.address);
  const { koa, start, end, eraseUnit, writeUnit, readUnit, crcUnit } = area;
  const answer = Buffer.alloc(25);
  answer[0] = koa;
  [start, end, eraseUnit, writeUnit, readUnit, crcUnit].forEach((word, at) =>
    answer.writeUInt32BE(word, 1 + 4 * at),
  );
  rom.answer(COMMAND.areaInfo, rom.oldHost ? answer.subarray(0, OLD_AREA_BYTES) : answer);
}

/** Changes over once the answer is on its way. */
export function setBaudRate(
  rom: FrameSession<unknown>,
  payload: Uint8Array,
  highest: number = MAX_BAUD_RATE,
): void {
  const rate = Buffer.from(payload).readUInt32BE();
  if (rate < FIRST_BAUD_RATE || rate > highest) throw new RomRefusal(STATUS.baudMargin);
  rom.done(COMMAND.baudRate);
  rom.host.setBaudRate(rate);
}

function signature({ part }: Session, { areas, type, bootFirmware, rates }: RomIdentity): Uint8Array {
  const answer = Buffer.alloc(41, ' ');
  answer.writeUInt32BE(rates?.recommended ?? MAX_BAUD_RATE);
  answer.set([areas.length, type, ...bootFirmware], 4);
  answer.set(part.reportedUid, 9);
  answer.write(part.reportedProduct.slice(0, PRODUCT_BYTES), 25, 'latin1');
  return answer;
}

function oldSignature({ bootFirmware }: RomIdentity): Uint8Array {
  const answer = Buffer.alloc(12);
  answer.writeUInt32BE(SCI_CLOCK);
  answer.writeUInt32BE(MAX_BAUD_RATE, 4);
  answer.set([OLD_AREA_BITS, OLD_TYPE, ...bootFirmware.slice(0, 2)], 8);
  return answer;
}
