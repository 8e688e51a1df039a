import { AREAS } from './memory-map.ts';
import { COMMAND, FIRST_BAUD_RATE, MAX_BAUD_RATE, RomRefusal, STATUS } from './protocol.ts';
import type { RomCommand, RomSession } from './session.ts';

/** Type of the signature: 01 is the first group with life-cycle management (R01AN5562 section 6.15.2.2). Renesas' RA8
 * example code takes 03 for RA8x1: a real part differs here, and no driver of ours looks at it. */
const TYPE = 0x01;
/** Major, minor, build: made up, no public tool looks at it. */
const BOOT_FIRMWARE = [1, 8, 0];
const PRODUCT_BYTES = 16;
/**
 * Short forms of the boot firmware before this one (R01AN5372), as tools written for it read them byte for byte:
 * signature = SCI clock(4) RMB(4) NOA(1, a bit per area) TYP(1, 03: RA6) BFV(2); area = KOA SAD EAD EAU WAU.
 * A real RA8M1 has the long ones only; the bench lets such a tool work all the same.
 */
const SCI_CLOCK = 60_000_000;
const OLD_AREA_BITS = 0x0d;
const OLD_TYPE = 0x03;
const OLD_AREA_BYTES = 17;

/** Inquiry, signature, areas, baud rate. */
export const identityCommands: [number, RomCommand][] = [
  [COMMAND.inquiry, { lengths: [0], run: (rom) => rom.done(COMMAND.inquiry) }],
  [
    COMMAND.signature,
    {
      lengths: [0],
      run: (rom) => {
        rom.answer(COMMAND.signature, rom.oldHost ? oldSignature() : signature(rom));
      },
    },
  ],
  [
    COMMAND.areaInfo,
    {
      lengths: [1],
      run: (rom, payload) => {
        const area = AREAS[payload[0] ?? 0];
        if (area === undefined) throw new RomRefusal(STATUS.address);
        const { koa, start, end, eraseUnit, writeUnit, readUnit, crcUnit } = area;
        const answer = Buffer.alloc(25);
        answer[0] = koa;
        [start, end, eraseUnit, writeUnit, readUnit, crcUnit].forEach((word, index) =>
          answer.writeUInt32BE(word, 1 + 4 * index),
        );
        rom.answer(COMMAND.areaInfo, rom.oldHost ? answer.subarray(0, OLD_AREA_BYTES) : answer);
      },
    },
  ],
  [
    COMMAND.baudRate,
    {
      lengths: [4],
      run: (rom, payload) => {
        const rate = Buffer.from(payload).readUInt32BE();
        if (rate < FIRST_BAUD_RATE || rate > MAX_BAUD_RATE) throw new RomRefusal(STATUS.baudMargin);
        rom.done(COMMAND.baudRate);
        rom.host.setBaudRate(rate);
      },
    },
  ],
];

function signature(rom: RomSession): Uint8Array {
  const answer = Buffer.alloc(41, ' ');
  answer.writeUInt32BE(MAX_BAUD_RATE);
  answer.set([AREAS.length, TYPE, ...BOOT_FIRMWARE], 4);
  answer.set(rom.part.reportedUid, 9);
  answer.write(rom.part.reportedProduct.slice(0, PRODUCT_BYTES), 25, 'latin1');
  return answer;
}

function oldSignature(): Uint8Array {
  const answer = Buffer.alloc(12);
  answer.writeUInt32BE(SCI_CLOCK);
  answer.writeUInt32BE(MAX_BAUD_RATE, 4);
  answer.set([OLD_AREA_BITS, OLD_TYPE, ...BOOT_FIRMWARE.slice(0, 2)], 8);
  return answer;
}
