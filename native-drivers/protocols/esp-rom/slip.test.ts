import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerParser, encodeRequest, type Answer } from './frame.ts';
import { encodeSlip, SlipParser } from './slip.ts';

/** Text and noise without the byte that ends a packet. */
const noise = fc.uint8Array({ maxLength: 40 }).map((bytes) => bytes.filter((byte) => byte !== 0xc0));
const answer = fc.tuple(fc.nat(255), fc.nat(0xffffffff), fc.uint8Array({ minLength: 2, maxLength: 80 }));

function wireOf([command, value, data]: [number, number, Uint8Array]): Uint8Array {
  const bytes = Buffer.alloc(8 + data.length);
  bytes[0] = 1;
  bytes[1] = command;
  bytes.writeUInt16LE(data.length, 2);
  bytes.writeUInt32LE(value, 4);
  bytes.set(data, 8);
  return encodeSlip(bytes);
}

function inPieces(bytes: Uint8Array, cuts: readonly number[]): { answers: Answer[]; discarded: number } {
  const parser = new AnswerParser();
  const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  const answers = edges.flatMap((from, index) =>
    parser.push(bytes.subarray(from, edges[index + 1] ?? bytes.length)),
  );
  return {
    answers: answers.map((one) => ({ ...one, data: Uint8Array.from(one.data) })),
    discarded: parser.discarded,
  };
}

describe('answers of the ROM', () => {
  it('come out the same however the line is cut, and noise between them is counted', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(noise, answer), { maxLength: 5 }),
        fc.array(fc.nat(), { maxLength: 8 }),
        (parts, cuts) => {
          const wire = Buffer.concat(parts.flatMap(([text, one]) => [text, wireOf(one)]));
          const read = inPieces(wire, cuts);
          expect(read.answers).toEqual(
            parts.map(([, [command, value, data]]) => ({ command, value, data: Uint8Array.from(data) })),
          );
          expect(read.discarded).toBe(parts.reduce((sum, [text]) => sum + text.length, 0));
        },
      ),
    );
  });

  it('any bytes at all: one result for any cut', () => {
    const bytes = fc.array(fc.oneof(fc.uint8Array({ maxLength: 20 }), answer.map(wireOf)));
    fc.assert(
      fc.property(bytes, fc.array(fc.nat()), (parts, cuts) => {
        const wire = Buffer.concat(parts);
        expect(inPieces(wire, cuts)).toEqual(inPieces(wire, []));
      }),
    );
  });

  it('are found behind a lost end and between doubled ones', () => {
    const wire = Buffer.concat([
      Buffer.from('c0 01 08', 'latin1'),
      Uint8Array.of(0xc0),
      wireOf([8, 1, Uint8Array.of(0, 0, 0, 0)]),
      Uint8Array.of(0xc0, 0xc0, 0x01),
      wireOf([9, 2, Uint8Array.of(0, 0, 0, 0)]),
    ]);
    expect(inPieces(wire, []).answers.map(({ command }) => command)).toEqual([8, 9]);
  });

  it('are those that a public trace of an ESP32 shows for sync', () => {
    // espressif/esptool, issue 570: "Received full packet: 010804000707122000000000".
    const wire = Buffer.from('c0010804000707122000000000c0', 'hex');
    expect(inPieces(wire, []).answers).toEqual([
      { command: 8, value: 0x20120707, data: Uint8Array.of(0, 0, 0, 0) },
    ]);
  });

  it('echoing-adapter: a request that comes back is noise, the answer behind it is heard', () => {
    const request = encodeRequest(0x0a, Buffer.from('1400f43f', 'hex'));
    const read = inPieces(Buffer.concat([request, wireOf([0x0a, 7, Uint8Array.of(0, 0, 0, 0)])]), [5]);
    expect(read.answers.map(({ value }) => value)).toEqual([7]);
    expect(read.discarded).toBe(request.length - 2);
  });

  it('too long a run is dropped whole', () => {
    const parser = new SlipParser();
    expect(parser.push(new Uint8Array(5000).fill(0x55))).toEqual([]);
    expect(parser.push(Uint8Array.of(0xc0, 0x01, 0xc0)).length).toBe(1);
    expect(parser.discarded).toBe(5000);
  });
});

describe('requests', () => {
  it('are those of a public trace', () => {
    // esptool documentation, "Tracing Esptool Serial Communications".
    const request = encodeRequest(0x0a, Buffer.from('1400f43f', 'hex'));
    expect(Buffer.from(request).toString('hex')).toBe('c0000a0400000000001400f43fc0');
  });
});
