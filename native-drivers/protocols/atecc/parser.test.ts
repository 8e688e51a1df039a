import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandPacket, contentOf, crcOf, packetOf } from './packet.ts';
import { KitParser, type KitEvent } from './parser.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1');
const parse = (...pieces: Uint8Array[]): { events: KitEvent[]; discarded: number } => {
  const parser = new KitParser();
  const events = pieces.flatMap((piece) => parser.push(piece));
  return { events, discarded: parser.discarded };
};

describe('packets as real chips and published code have them', () => {
  it.each([
    // Microchip's kit firmware: Info, as it asks each chip for its revision.
    ['07 30 00 00 00 03 5d', { op: 0x30 }],
    // Atmel's SHA204 kit: DeriveKey, GenDig, HMAC, Lock, Mac.
    ['07 1c 00 00 00 0a 4d', { op: 0x1c }],
    ['07 15 02 00 00 30 08', { op: 0x15, p1: 2 }],
    ['07 11 00 00 00 3f 0d', { op: 0x11 }],
    ['07 17 00 00 00 2e 0d', { op: 0x17 }],
    // Random: CRC 24 CD, a public driver's test.
    ['07 1b 00 00 00 24 cd', { op: 0x1b }],
  ])('%s', (bytes, command) => {
    expect(Buffer.from(commandPacket(command))).toEqual(hex(bytes));
    expect(contentOf(hex(bytes))).toHaveLength(4);
  });

  it.each([
    ['04 11 33 43', '11'],
    ['04 0f 23 42', '0f'],
    ['07 00 00 60 02 80 38', '00006002'],
    ['07 00 00 00 01 00 2e', '00000001'],
    ['07 00 00 00 00 03 ad', '00000000'],
  ])('answer %s', (bytes, content) => {
    expect(Buffer.from(contentOf(hex(bytes)) ?? []).toString('hex')).toBe(content);
    const broken = hex(bytes);
    broken[1] = (broken[1] ?? 0) ^ 1;
    expect(contentOf(broken)).toBeNull();
  });

  it('checks count and CRC of any packet', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 100 }), (content) => {
        const packet = packetOf(content);
        expect(Buffer.from(contentOf(packet) ?? [])).toEqual(Buffer.from(content));
        expect(contentOf(packet.subarray(1))).toBeNull();
        expect(crcOf(packet.subarray(0, -2))).toBe(Buffer.from(packet).readUInt16LE(packet.length - 2));
      }),
    );
  });
});

describe('lines of a kit board', () => {
  it('knows what a board says', () => {
    const text = 'ECC608 TWI 00(C0)\n00(04113343)\n00()\nC5()\n';
    expect(parse(bytesOf(text))).toEqual({
      events: [
        { type: 'device', name: 'ECC608', bus: 'TWI', status: 0, address: 0xc0 },
        { type: 'reply', status: 0, data: Uint8Array.of(4, 0x11, 0x33, 0x43) },
        { type: 'reply', status: 0, data: new Uint8Array(0) },
        { type: 'reply', status: 0xc5, data: new Uint8Array(0) },
      ],
      discarded: 0,
    });
  });

  it('takes its own lines that come back for nothing else, and zeros for padding', () => {
    const echoes =
      'board:device(00)\nE:w()\nE:physical:select(C0)\nE:t(07300000000 35D)\nE:t(0730000000035D)\n';
    const { events } = parse(bytesOf(`${echoes}\0\0\x0000()\r\n\0`));
    expect(events.filter(({ type }) => type !== 'echo')).toEqual([
      { type: 'reply', status: 0, data: new Uint8Array(0) },
    ]);
  });

  it('gives the same for any cut, and counts what is noise', () => {
    const piece = fc.oneof(
      fc.constantFrom('00(04113343)\n', '00()\n', 'ECC608 TWI 00(C0)\n', 'C5()\n', 'E:w()\n'),
      fc.string({ unit: fc.constantFrom('\u00a5', '?', '\n', '\0', ')', 'Z'), maxLength: 8 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.array(fc.nat(200)), (pieces, cuts) => {
        const whole = bytesOf(pieces.join(''));
        const places = [
          0,
          ...cuts.map((cut) => Math.min(cut, whole.length)).sort((a, b) => a - b),
          whole.length,
        ];
        const cut = places.slice(1).map((end, index) => whole.subarray(places[index], end));
        expect(parse(...cut)).toEqual(parse(whole));
      }),
    );
  });

  it('skips noise before a line, between lines and a line without end', () => {
    const whole = bytesOf(`\u00a5??00(04113343)\nzz\n${'?'.repeat(600)}\n00()\n`);
    const { events, discarded } = parse(whole);
    expect(events).toHaveLength(2);
    expect(discarded).toBe(3 + 2 + 600);
  });
});
