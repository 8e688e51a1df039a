import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Direction, Stretch } from '#drivers/core/decoder.ts';
import { COMMAND } from './constants.ts';
import { raBootDecoder, rxBootDecoder } from './decoder.ts';
import { encodeFrame } from './writer.ts';

interface Chunk {
  direction: Direction;
  bytes: Uint8Array;
}
const sent = (bytes: Uint8Array): Chunk => ({ direction: 'sent', bytes });
const received = (bytes: Uint8Array): Chunk => ({ direction: 'received', bytes });
const decode = (chunks: readonly Chunk[]): Stretch[] => {
  const decoder = raBootDecoder();
  return [
    ...chunks.flatMap(({ direction, bytes }) => decoder.feed(direction, bytes)),
    ...decoder.flush('end'),
  ];
};
const words = (stretches: readonly Stretch[]) => stretches.map(({ title, detail }) => [title, detail]);
const command = (code: number, ...payload: number[]) =>
  encodeFrame('command', code, Uint8Array.from(payload));
const data = (code: number, ...payload: number[]) => encodeFrame('data', code, Uint8Array.from(payload));

describe('RA boot frames in words', () => {
  it('names the hand-shake, a write with its range, its data and its status', () => {
    const talk = [
      sent(Uint8Array.of(0, 0, 0)),
      received(Uint8Array.of(0)),
      sent(command(COMMAND.write, 0, 0, 0, 0, 0, 0, 0x1f, 0xff)),
      received(data(COMMAND.write, 0)),
      sent(data(COMMAND.write, ...new Array<number>(1024).fill(7))),
      received(data(COMMAND.write | 0x80, 0xe2)),
    ];
    expect(words(decode(talk))).toEqual([
      ['3 B', ''],
      ['1 B', ''],
      ['Command 13 write', '00000000 to 00001FFF'],
      ['OK 13 write', '00 ok'],
      ['Data 13 write, 1,024 B', ''],
      ['Refused 13 write', 'E2 write-failed'],
    ]);
  });

  it('calls a frame with a wrong sum damaged, and names RX commands in its own words', () => {
    const frame = command(COMMAND.inquiry);
    frame[frame.length - 2]! ^= 1;
    expect(decode([sent(frame)])).toMatchObject([{ title: 'Damaged frame', fault: true }]);
    const [rx] = rxBootDecoder().feed('sent', command(0x32, 0, 0, 0, 1, 0, 0, 0, 2));
    expect(rx?.title).toBe('Command 32 clock');
  });

  it.each([COMMAND.keySet, COMMAND.userKeySet, COMMAND.oemRootKey, COMMAND.authenticate])(
    'takes the payload of command %i for a key, either way and in either kind of frame, and leaves its short ones',
    (code) => {
      const key = [...Array(16).keys()];
      for (const chunk of [
        sent(command(code, ...key)),
        sent(data(code, ...key)),
        received(data(code, ...key)),
      ])
        expect(decode([chunk])).toMatchObject([{ secret: [[4, 20]], detail: 'Key material' }]);
      expect(decode([sent(command(code, 1))])).toMatchObject([{ secret: 'none' }]);
    },
  );
});

const chunk = fc.record({
  direction: fc.constantFrom<Direction>('sent', 'received'),
  bytes: fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc
      .tuple(fc.nat(255), fc.uint8Array({ maxLength: 80 }))
      .map(([code, payload]) => encodeFrame('data', code, payload)),
    fc
      .tuple(fc.nat(255), fc.uint8Array({ maxLength: 8 }))
      .map(([code, payload]) => encodeFrame('command', code, payload)),
  ),
});

describe('any wire', () => {
  it('comes out the same however it is split, and no byte is lost', () => {
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 12 }), fc.nat(1000), (talk, seed) => {
        const pieces = talk.flatMap(({ direction, bytes }) => {
          const cut = bytes.length === 0 ? 0 : seed % bytes.length;
          return [bytes.slice(0, cut), bytes.slice(cut)]
            .filter((piece) => piece.length > 0)
            .map((piece) => ({ direction, bytes: piece }));
        });
        const whole = decode(talk.filter(({ bytes }) => bytes.length > 0));
        expect(decode(pieces)).toEqual(whole);
        for (const direction of ['sent', 'received'] as const) {
          const of = (list: readonly Chunk[]) =>
            Buffer.concat(list.filter((one) => one.direction === direction).map(({ bytes }) => bytes));
          expect(of(whole)).toEqual(of(talk));
        }
      }),
    );
  });
});
