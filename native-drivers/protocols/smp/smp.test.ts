import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMap, encodeMap } from './cbor.ts';
import { crc16Xmodem } from '#drivers/core/crc16.ts';
import { packPacket, unpackPacket, type SmpPacket } from './frame.ts';
import { SmpParser, type SmpEvent } from './parser.ts';
import { writePacket } from './writer.ts';

const packets: fc.Arbitrary<SmpPacket> = fc.record({
  op: fc.constantFrom(0, 1, 2, 3),
  version: fc.constantFrom(0, 1),
  flags: fc.integer({ min: 0, max: 255 }),
  group: fc.integer({ min: 0, max: 65535 }),
  sequence: fc.integer({ min: 0, max: 255 }),
  command: fc.integer({ min: 0, max: 255 }),
  payload: fc.uint8Array({ maxLength: 1500 }).map((bytes) => Uint8Array.from(bytes)),
});
/** Console text: anything but the first bytes of a marker. */
const text = fc
  .uint8Array({ maxLength: 40 })
  .map((bytes) => bytes.filter((byte) => byte !== 0x06 && byte !== 0x04));

function parse(bytes: Uint8Array, cuts: readonly number[] = []): { events: SmpEvent[]; discarded: number } {
  const parser = new SmpParser();
  const events: SmpEvent[] = [];
  let from = 0;
  for (const cut of [...cuts].map((at) => at % (bytes.length + 1)).sort((a, b) => a - b)) {
    events.push(...parser.push(bytes.subarray(from, cut)));
    from = cut;
  }
  events.push(...parser.push(bytes.subarray(from)));
  return { events, discarded: parser.discarded };
}
const join = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
const packetsOf = (events: readonly SmpEvent[]) =>
  events.flatMap((event) => (event.type === 'packet' ? [event.packet] : []));

describe('CRC-16/XMODEM', () => {
  it('gives the catalogue check value', () => {
    expect(crc16Xmodem(Buffer.from('123456789'))).toBe(0x31c3);
  });
});

describe('SMP packet', () => {
  it('unpacks what it packs', () => {
    fc.assert(
      fc.property(packets, (packet) => {
        expect(unpackPacket(packPacket(packet))).toEqual(packet);
      }),
    );
  });

  it('has the header of the specification', () => {
    const packet = { op: 2, version: 1, flags: 0, group: 66, sequence: 7, command: 1 } as const;
    const bytes = packPacket({ ...packet, payload: encodeMap({}) });
    expect(Buffer.from(bytes).toString('hex')).toBe('0a000001004207' + '01' + 'a0');
  });

  it('refuses every other length', () => {
    fc.assert(
      fc.property(packets, fc.nat(), (packet, cut) => {
        const bytes = packPacket(packet);
        expect(unpackPacket(bytes.subarray(0, cut % bytes.length))).toBeNull();
        expect(unpackPacket(join(bytes, Uint8Array.of(0)))).toBeNull();
      }),
    );
  });
});

describe('CBOR maps', () => {
  it('reads indefinite-length maps, as zcbor may write them', () => {
    expect(decodeMap(Buffer.from('bf61726568656c6c6fff', 'hex'))).toEqual({ r: 'hello' });
  });

  it('writes byte strings without a tag', () => {
    expect(Buffer.from(encodeMap({ d: Uint8Array.of(1, 2) })).toString('hex')).toBe('a16164420102');
  });

  it('takes nothing but one map', () => {
    for (const hex of ['', '01', '80', 'f6', '4161', 'a161', 'a0a0', '61'])
      expect(decodeMap(Buffer.from(hex, 'hex'))).toBeNull();
  });

  it('never throws on any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void decodeMap(bytes)));
  });
});

describe('SMP console framing', () => {
  it('brings packets through text, in any cut and line length, and counts the text', () => {
    const items = fc.array(fc.tuple(text, packets), { minLength: 1, maxLength: 4 });
    const lineBytes = fc.integer({ min: 7, max: 600 });
    fc.assert(
      fc.property(items, fc.array(fc.nat(), { maxLength: 12 }), lineBytes, (list, cuts, line) => {
        const bytes = join(...list.flatMap(([noise, packet]) => [noise, writePacket(packet, line)]));
        const { events, discarded } = parse(bytes, cuts);
        expect(packetsOf(events)).toEqual(list.map(([, packet]) => packet));
        expect(discarded).toBe(list.reduce((sum, [noise]) => sum + noise.length, 0));
      }),
    );
  });

  it('sends no line longer than 127 bytes', () => {
    fc.assert(
      fc.property(packets, (packet) => {
        const lines = Buffer.from(writePacket(packet)).toString('latin1').split('\n');
        expect(Math.max(...lines.map((line) => line.length + 1))).toBeLessThanOrEqual(127);
      }),
    );
  });

  it('gives the same events and count for the same bytes however they are cut', () => {
    const piece = fc.oneof(
      text,
      packets.map((packet) => writePacket(packet)),
      fc.uint8Array({ maxLength: 30 }),
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 6 }),
        fc.array(fc.nat(), { maxLength: 20 }),
        (pieces, cuts) => {
          const bytes = join(...pieces);
          expect(parse(bytes, cuts)).toEqual(parse(bytes));
        },
      ),
    );
  });

  it('delivers nothing wrong when one byte is damaged, and the next packet in full', () => {
    fc.assert(
      fc.property(packets, packets, fc.nat(), fc.integer({ min: 1, max: 255 }), (first, second, at, flip) => {
        const bytes = writePacket(first);
        bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ flip;
        // A newline ends whatever the damage left open, as the gap between two answers does on a console.
        const { events, discarded } = parse(join(bytes, Uint8Array.of(0x0a), writePacket(second)));
        const good = packetsOf(events);
        expect(good.at(-1)).toEqual(second);
        for (const packet of good.slice(0, -1)) expect(packet).toEqual(first);
        if (good.length === 1) expect(discarded).toBe(bytes.length + 1);
      }),
    );
  });

  it('names the fault', () => {
    const line = (marker: string, stream: Buffer) =>
      Buffer.from(`${marker}${stream.toString('base64')}\n`, 'latin1');
    const fault = (bytes: Uint8Array) =>
      parse(bytes).events.map((e) => (e.type === 'fault' ? e.fault : e.type));
    const start = '\x06\x09';
    expect(fault(line(start, Buffer.from('0003010000', 'hex')))).toEqual(['checksum']);
    expect(fault(line(start, Buffer.from('00020000', 'hex')))).toEqual(['header']);
    expect(fault(line(start, Buffer.from('000000', 'hex')))).toEqual(['length']);
    expect(fault(line(start, Buffer.from('0002000000', 'hex')))).toEqual(['length']);
    expect(fault(Buffer.from('\x06\x09A*==\n', 'latin1'))).toEqual(['base64']);
    expect(fault(Buffer.from(`\x06\x09${'A'.repeat(9000)}`, 'latin1'))).toEqual(['line-too-long']);
    expect(fault(Buffer.from('\x06\x09AAAA\x06\x09AAAA', 'latin1'))).toEqual(['broken-line']);
  });
});
