import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMMAND, PACKET, RESPONSE } from './constants.ts';
import { commandFrame, framePacket, parseCommand, shortPacket } from './frame.ts';
import { NxpParser, type NxpEvent } from './parser.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

function inPieces(bytes: Uint8Array, cuts: readonly number[]): { events: NxpEvent[]; discarded: number } {
  const parser = new NxpParser();
  const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  const events = edges.flatMap((from, index) =>
    parser.push(bytes.subarray(from, edges[index + 1] ?? bytes.length)),
  );
  parser.reset();
  return { events, discarded: parser.discarded };
}

/**
 * What tools and manuals show. `out`: from the host. Sources: (1) blhost 2.0.0 on an FRDM-KL03 with `-d`, log in a public
 * repository; (2) debug log of pyMBoot on a Kinetis over SPI, its usage_example.md; (3) UART of an LPC5512, NXP Community,
 * "device ID on LPC5512" (thread 1411622); (4) KL27 Sub-Family Reference Manual, Rev. 5, the table that is named.
 */
const recorded: { source: string; bytes: string; event: object }[] = [
  { source: '(1) ping', bytes: '5a a6', event: { type: 'ping' } },
  {
    source: '(1) pong',
    bytes: '5a a7 00 00 01 50 00 00 29 ae',
    event: { type: 'pong', version: 0x50010000, options: 0 },
  },
  {
    source: '(2) pong',
    bytes: '5a a7 00 02 01 50 00 00 aa ea',
    event: { type: 'pong', version: 0x50010200, options: 0 },
  },
  { source: '(1) ack', bytes: '5a a1', event: { type: 'ack' } },
];

const commands: { source: string; bytes: string; tag: number; hasData: boolean; parameters: number[] }[] = [
  {
    ...{ source: '(1), (4) table 13-21: get-property 1', tag: COMMAND.getProperty, hasData: false },
    bytes: '5a a4 0c 00 4b 33 07 00 00 02 01 00 00 00 00 00 00 00',
    parameters: [1, 0],
  },
  {
    ...{ source: '(1), (4) table 13-22: its answer', tag: RESPONSE.getProperty, hasData: false },
    bytes: '5a a4 0c 00 07 7a a7 00 00 02 00 00 00 00 00 00 01 4b',
    parameters: [0, 0x4b010000],
  },
  {
    ...{ source: '(2) read-memory 0x6000 0x20', tag: COMMAND.readMemory, hasData: false },
    bytes: '5a a4 10 00 5d fa 03 00 00 03 00 60 00 00 20 00 00 00 00 00 00 00',
    parameters: [0x6000, 0x20, 0],
  },
  {
    ...{ source: '(2) its answer: bytes follow', tag: RESPONSE.readMemory, hasData: true },
    bytes: '5a a4 0c 00 4a 52 a3 01 00 02 00 00 00 00 20 00 00 00',
    parameters: [0, 0x20],
  },
  {
    ...{ source: '(2) its last answer', tag: RESPONSE.generic, hasData: false },
    bytes: '5a a4 0c 00 0e 23 a0 00 00 02 00 00 00 00 03 00 00 00',
    parameters: [0, COMMAND.readMemory],
  },
  {
    ...{ source: '(3) get-property 16', tag: COMMAND.getProperty, hasData: false },
    bytes: '5a a4 0c 00 2c 49 07 00 00 02 10 00 00 00 00 00 00 00',
    parameters: [16, 0],
  },
  {
    ...{ source: '(3) refused: unknown property', tag: RESPONSE.getProperty, hasData: false },
    bytes: '5a a4 08 00 92 68 a7 00 00 01 3c 28 00 00',
    parameters: [10300],
  },
  {
    ...{ source: '(4) table 13-19: reset', tag: COMMAND.reset, hasData: false },
    bytes: '5a a4 04 00 6f 46 0b 00 00 00',
    parameters: [],
  },
  {
    ...{ source: '(4) table 13-24: set-property', tag: 0x0c, hasData: false },
    bytes: '5a a4 0c 00 67 8d 0c 00 00 02 0a 00 00 00 01 00 00 00',
    parameters: [10, 1],
  },
  {
    // The printed parameter count is 0; the printed CRC is that of two parameters.
    ...{ source: '(4) figure 13-11: flash-erase-region', tag: COMMAND.eraseRegion, hasData: false },
    bytes: '5a a4 0c 00 f9 a6 02 00 00 02 00 00 00 00 00 04 00 00',
    parameters: [0, 0x400],
  },
  {
    ...{ source: '(4) figure 13-11: its answer', tag: RESPONSE.generic, hasData: false },
    bytes: '5a a4 0c 00 ba 55 a0 00 00 02 00 00 00 00 02 00 00 00',
    parameters: [0, COMMAND.eraseRegion],
  },
  {
    // As the figure has it; the CRC of table 13-34 beside it fits no reading of its bytes.
    ...{ source: '(4) figure 13-14: write-memory', tag: COMMAND.writeMemory, hasData: true },
    bytes: '5a a4 0c 00 a0 0e 04 01 00 02 00 04 00 20 40 00 00 00',
    parameters: [0x20000400, 0x40],
  },
  {
    ...{ source: '(4) figure 13-14: its last answer', tag: RESPONSE.generic, hasData: false },
    bytes: '5a a4 0c 00 23 72 a0 00 00 02 00 00 00 00 04 00 00 00',
    parameters: [0, COMMAND.writeMemory],
  },
];

describe('packets as they were recorded and printed', () => {
  it.each(recorded)('$source', ({ bytes, event }) => {
    expect(inPieces(hex(bytes), [])).toEqual({ events: [event], discarded: 0 });
  });

  it.each(commands)('$source', ({ bytes, tag, hasData, parameters }) => {
    expect(Buffer.from(commandFrame({ tag, hasData, parameters }))).toEqual(hex(bytes));
    const [event] = inPieces(hex(bytes), []).events;
    if (event?.type !== 'command') throw new TypeError('no command');
    expect(parseCommand(event.payload)).toEqual({ tag, hasData, parameters });
  });

  it('(2) data of a read-memory', () => {
    const data = hex(
      '08 7c 00 20 25 84 00 00 3d 84 00 00 3f 84 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00',
    );
    expect(Buffer.from(framePacket(PACKET.data, data))).toEqual(
      Buffer.concat([hex('5a a5 20 00 1d 48'), data]),
    );
  });
});

/** What stands between packets: anything without a start byte. */
const noise = fc.uint8Array({ maxLength: 30 }).map((bytes) => bytes.filter((byte) => byte !== 0x5a));
const shorts = [
  { wire: shortPacket(PACKET.ack), event: { type: 'ack' } },
  { wire: shortPacket(PACKET.nak), event: { type: 'nak' } },
  { wire: shortPacket(PACKET.abort), event: { type: 'abort' } },
  { wire: shortPacket(PACKET.ping), event: { type: 'ping' } },
];
const packet = fc.oneof(
  fc.constantFrom(...shorts),
  fc
    .tuple(fc.constantFrom('command' as const, 'data' as const), fc.uint8Array({ maxLength: 120 }))
    .map(([type, payload]) => ({
      wire: framePacket(PACKET[type], payload),
      event: { type, payload: Uint8Array.from(payload) },
    })),
);

describe('the parser', () => {
  it('gives the same packets however the line is cut, and counts what stands between them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(noise, packet), { maxLength: 6 }),
        fc.array(fc.nat(), { maxLength: 8 }),
        (parts, cuts) => {
          const wire = Buffer.concat(parts.flatMap(([text, one]) => [text, one.wire]));
          expect(inPieces(wire, cuts)).toEqual({
            events: parts.map(([, one]) => one.event),
            discarded: parts.reduce((sum, [text]) => sum + text.length, 0),
          });
        },
      ),
    );
  });

  it('any bytes at all: one result for any cut', () => {
    const bytes = fc.array(
      fc.oneof(
        fc.uint8Array({ maxLength: 20 }),
        packet.map(({ wire }) => wire),
      ),
    );
    fc.assert(
      fc.property(bytes, fc.array(fc.nat()), (parts, cuts) => {
        const wire = Buffer.concat(parts);
        expect(inPieces(wire, cuts)).toEqual(inPieces(wire, []));
      }),
    );
  });

  it('one wrong bit in a frame is a broken packet or none, never another one', () => {
    const flipped = fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 60 }), fc.nat(), fc.nat(7));
    fc.assert(
      fc.property(flipped, ([payload, at, bit]) => {
        const wire = Buffer.from(framePacket(PACKET.data, payload));
        // Not in start, type and length: those make another kind of packet, or one that is still to come.
        const index = 4 + (at % (wire.length - 4));
        wire[index] = (wire[index] ?? 0) ^ (1 << bit);
        expect(inPieces(wire, [])).toEqual({ events: [{ type: 'broken' }], discarded: wire.length });
      }),
    );
  });

  it('a length that no packet has is noise: the packet behind it is found', () => {
    const wire = Buffer.concat([hex('5a a5 ff ff 00 00'), shortPacket(PACKET.ack)]);
    expect(inPieces(wire, [])).toEqual({ events: [{ type: 'ack' }], discarded: 6 });
  });
});
