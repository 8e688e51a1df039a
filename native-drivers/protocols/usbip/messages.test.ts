import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SPEED } from './constants.ts';
import {
  readRecord,
  readSubmit,
  readSubmitted,
  readUnlink,
  readUnlinked,
  writeRecord,
  writeSubmit,
  writeSubmitted,
  writeUnlink,
  writeUnlinked,
} from './messages.ts';
import { Pieces, type Wanting } from './pieces.ts';

/** Captured from a wire: usbip_protocol.rst, "EXAMPLE". */
const COMMAND_IN =
  '00000001 00000d05 0001000f 00000001 00000001 00000200 00000040 ffffffff 00000000 00000004 00000000 00000000';
const ANSWER_IN =
  '00000003 00000d05 00000000 00000000 00000000 00000000 00000040 ffffffff 00000000 00000000 00000000 00000000';
const bytesOf = (words: string): Buffer => Buffer.from(words.replaceAll(' ', ''), 'hex');

describe('messages of USB/IP', () => {
  it('reads the command and the answer that its document shows', () => {
    expect(readSubmit(bytesOf(COMMAND_IN))).toEqual({
      ...{ seqnum: 0xd05, devid: 0x1000f, direction: 'in', endpoint: 1, length: 64 },
      setup: new Uint8Array(8),
    });
    expect(readSubmitted(bytesOf(ANSWER_IN))).toEqual({ seqnum: 0xd05, status: 0, length: 64 });
  });

  it('takes no command for another', () => {
    expect(readSubmitted(bytesOf(COMMAND_IN))).toBeNull();
    expect(readUnlink(bytesOf(ANSWER_IN))).toBeNull();
    expect(readSubmit(writeUnlink(1, 2, 3))).toBeNull();
    expect(readUnlinked(writeUnlink(1, 2, 3))).toBeNull();
  });

  it('reads back what it writes', () => {
    const submit = { seqnum: 7, devid: 0x10002, direction: 'out', endpoint: 2, length: 3 } as const;
    const setup = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    expect(readSubmit(writeSubmit({ ...submit, setup }))).toEqual({ ...submit, setup });
    const answer = { seqnum: 7, status: -32, length: 0 };
    expect(readSubmitted(writeSubmitted(answer))).toEqual(answer);
    expect(readUnlink(writeUnlink(8, 0x10002, 7))).toEqual({ seqnum: 8, submitted: 7 });
    expect(readUnlinked(writeUnlinked(8, -104))).toEqual({ seqnum: 8, status: -104 });
    const record = {
      ...{ path: '/sys/devices/x/1-1', busid: '1-1', busnum: 1, devnum: 2, speed: SPEED.full },
      ...{ vendorId: 0x0483, productId: 0xdf11, release: 0x2200, deviceClass: [1, 2, 3] as const },
      ...{ configurationValue: 1, configurations: 1, interfaces: 2 },
    };
    expect(readRecord(writeRecord(record))).toEqual(record);
  });

  it('has no room for a bus id that its field does not hold', () => {
    expect(() => writeRecord({ ...readRecord(Buffer.alloc(0x138)), busid: '1'.repeat(32) })).toThrow(
      RangeError,
    );
  });
});

describe('a stream in pieces', () => {
  it('gives the same however it is cut', () => {
    const arbitrary = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 10 });
    fc.assert(
      fc.property(arbitrary, fc.array(fc.nat(30)), (messages, cuts) => {
        const stream = Buffer.concat(messages.flatMap((one) => [Uint8Array.of(one.length), one]));
        const got: number[][] = [];
        const pieces = new Pieces(reader(got));
        let at = 0;
        for (const cut of cuts) pieces.push(stream.subarray(at, (at += cut)));
        pieces.push(stream.subarray(at));
        expect(got).toEqual(messages.map((one) => [...one]));
      }),
    );
  });

  it('is at its end with the reader, and with what the reader throws', () => {
    const got: number[][] = [];
    const pieces = new Pieces(reader(got));
    expect(() => pieces.push(Uint8Array.of(1, 5, 0xff, 1, 6))).toThrow('no length');
    pieces.push(Uint8Array.of(1, 7));
    expect(got).toEqual([[5]]);
  });
});

/** A length, and as many bytes; 255 is none. */
function* reader(got: number[][]): Wanting {
  for (;;) {
    const [length = 0] = yield 1;
    if (length === 0xff) throw new RangeError('no length');
    const body: Buffer = length === 0 ? Buffer.alloc(0) : yield length;
    got.push([...body]);
  }
}
