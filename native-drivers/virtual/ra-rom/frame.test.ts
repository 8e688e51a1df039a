import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeAnswer, RomParser, type RomInput } from './frame.ts';

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

/** Cuts bytes at the given places and feeds the pieces one after another. */
function feed(bytes: Uint8Array, cuts: number[]): RomInput[] {
  const parser = new RomParser();
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).flatMap((end, index) => parser.push(bytes.subarray(places[index] ?? 0, end)));
}

function command(code: number, payload: Uint8Array): Uint8Array {
  const frame = encodeAnswer(code, payload);
  frame[0] = 0x01;
  return frame;
}

const payloads = fc.uint8Array({ maxLength: 1024 });
const codes = fc.integer({ min: 0, max: 0x7f });

describe('boot ROM frame parser', () => {
  it('reads the recorded inquiry and signature commands', () => {
    const inputs = new RomParser().push(hex('01 00 01 00 ff 03 01 00 01 3a c5 03'));
    expect(inputs).toEqual([
      { type: 'frame', kind: 'command', code: 0x00, payload: new Uint8Array(), fault: null },
      { type: 'frame', kind: 'command', code: 0x3a, payload: new Uint8Array(), fault: null },
    ]);
  });

  it('writes the recorded status answer', () => {
    expect(encodeAnswer(0x13, Uint8Array.of(0))).toEqual(hex('81 00 02 13 00 eb 03'));
  });

  it('finds the same frames wherever the bytes are split', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(codes, payloads), { minLength: 1, maxLength: 4 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        (frames, cuts) => {
          const bytes = Buffer.concat(frames.map(([code, payload]) => command(code, payload)));
          const expected = frames.map(([code, payload]) => ({
            type: 'frame',
            kind: 'command',
            code,
            payload: Uint8Array.from(payload),
            fault: null,
          }));
          expect(feed(bytes, cuts)).toEqual(expected);
        },
      ),
    );
  });

  it('splits any bytes at all into the same inputs, and loses none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.array(fc.nat(), { maxLength: 8 }), (bytes, cuts) => {
        const whole = new RomParser();
        const inputs = whole.push(bytes);
        expect(feed(bytes, cuts)).toEqual(inputs);
        const consumed = inputs.reduce(
          (sum, input) => sum + (input.type === 'byte' ? 1 : input.payload.length + 6),
          0,
        );
        expect(consumed + whole.abandon()).toBe(bytes.length);
      }),
    );
  });

  it('hands noise before a frame on byte by byte and then reads the frame', () => {
    const noise = fc.uint8Array({ maxLength: 20 }).map((bytes) => bytes.filter((b) => b !== 1 && b !== 0x81));
    fc.assert(
      fc.property(noise, codes, payloads, (before, code, payload) => {
        const inputs = new RomParser().push(Buffer.concat([before, command(code, payload)]));
        expect(inputs.slice(0, -1)).toEqual([...before].map((value) => ({ type: 'byte', value })));
        expect(inputs.at(-1)).toMatchObject({ type: 'frame', code, fault: null });
      }),
    );
  });

  it('names any changed byte of a frame a checksum or packet fault', () => {
    fc.assert(
      fc.property(
        codes,
        payloads,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (code, payload, at, change) => {
          const bytes = command(code, payload);
          const index = 3 + (at % (bytes.length - 3));
          bytes[index] = (bytes[index] ?? 0) ^ change;
          const [input] = new RomParser().push(bytes);
          expect(input).toMatchObject({ fault: index === bytes.length - 1 ? 'packet' : 'checksum' });
        },
      ),
    );
  });

  it('takes a start byte with an impossible length for noise', () => {
    const inputs = new RomParser().push(hex('81 ff ff 01 00 01 00 ff 03'));
    expect(inputs.map((input) => input.type)).toEqual(['byte', 'byte', 'byte', 'frame']);
  });
});
