import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMemoryMap } from './memory-map.ts';
import { GdbParser, type GdbInput } from './parser.ts';
import { escapeInto, packet, textBytes, textOf } from './writer.ts';

/** Cuts bytes at the given places and feeds the pieces one after another. */
function feed(parser: GdbParser, bytes: Uint8Array, cuts: readonly number[]): GdbInput[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).flatMap((end, index) => parser.push(bytes.subarray(places[index] ?? 0, end)));
}

const packetOf = (text: string): GdbInput => ({ kind: 'packet', data: textBytes(text) });
const parse = (text: string): GdbInput[] => new GdbParser().push(textBytes(text));
const cutting = fc.array(fc.nat(), { maxLength: 12 });

describe('packets of a debug server', () => {
  it("reads what QEMU 7.2's stub said", () => {
    expect(parse('+$PacketSize=1000;qXfer:features:read+;vContSupported+;multiprocess+#92')).toEqual([
      { kind: 'ack' },
      packetOf('PacketSize=1000;qXfer:features:read+;vContSupported+;multiprocess+'),
    ]);
    expect(parse('+$O756e6b6e6f776e20636f6d6d616e643a202776657273696f6e270d0a#73$OK#9a')).toHaveLength(3);
    expect(parse('+$#00')).toEqual([{ kind: 'ack' }, packetOf('')]);
  });

  it('reads what OpenOCD 0.12 said, in and after the mode without acknowledgements', () => {
    const hello =
      'PacketSize=4000;qXfer:memory-map:read+;qXfer:features:read+;qXfer:threads:read+;QStartNoAckMode+;vContSupported+';
    expect(parse(`+$${hello}#02+$OK#9a`)).toEqual([
      { kind: 'ack' },
      packetOf(hello),
      { kind: 'ack' },
      packetOf('OK'),
    ]);
    // A command that failed: text for a person, then its error; then an erase that did, and one of no flash.
    expect(
      parse('$O4661696c656420746f2072656164206d656d6f727920617420307866666666666630300a#2a$E01#a6'),
    ).toEqual([
      packetOf('O4661696c656420746f2072656164206d656d6f727920617420307866666666666630300a'),
      packetOf('E01'),
    ]);
    expect(parse('$OK#9a$E05#aa')).toEqual([packetOf('OK'), packetOf('E05')]);
  });

  it('resolves repeats as the manual prints them, and escapes', () => {
    // Appendix E.1: "0* " means the same as "0000".
    expect(parse('$0* #7a')).toEqual([packetOf('0000')]);
    expect(parse('$0*"#7c')).toEqual([packetOf('000000')]);
    expect(parse('$a}\x03}\x04}]}\x0a#c3')).toEqual([packetOf('a#$}*')]);
  });

  it('refuses a wrong sum, a repeat of nothing and an escape of nothing', () => {
    expect(parse('$OK#9b')).toEqual([{ kind: 'bad-packet' }]);
    expect(parse('$OK#zz')).toEqual([{ kind: 'bad-packet' }]);
    expect(parse('$* #4a')).toEqual([{ kind: 'bad-packet' }]);
    expect(parse('$a}#de')).toEqual([{ kind: 'bad-packet' }]);
  });

  it('passes over and counts garbage and notifications, and takes the packet after one that was cut off', () => {
    const parser = new GdbParser();
    expect(parser.push(textBytes('xy%Stop:T05#7e$12$OK#9a'))).toEqual([packetOf('OK')]);
    expect(parser).toMatchObject({ discarded: 5, notifications: 1 });
  });

  it('does not grow without end', () => {
    const parser = new GdbParser();
    const inputs = parser.push(textBytes(`$${'0'.repeat(0x10001)}`));
    expect(inputs).toEqual([{ kind: 'bad-packet' }]);
    // 97 repeats a step: a packet that would be far larger than any server's.
    const blown = `$0${'*~'.repeat(2000)}#`;
    const sum = textBytes(blown.slice(1, -1)).reduce((all, byte) => (all + byte) & 0xff, 0);
    expect(parse(`${blown}${sum.toString(16).padStart(2, '0')}`)).toEqual([{ kind: 'bad-packet' }]);
  });

  it('finds the same packets wherever the bytes are split, and all bytes of any data', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 4 }), cutting, (all, cuts) => {
        const framed = all.map((data) => packet(escapeInto(data, Number.MAX_SAFE_INTEGER).escaped));
        const bytes = Uint8Array.from(Buffer.concat(framed));
        const expected = all.map((data) => ({ kind: 'packet', data: Uint8Array.from(data) }));
        expect(feed(new GdbParser(), bytes, cuts)).toEqual(expected);
      }),
    );
  });

  it('splits any bytes at all into the same inputs', () => {
    const telling = fc.constantFrom(...textBytes('$#}*%+-0aO9'));
    const bytes = fc.array(fc.oneof(telling, fc.integer({ min: 0, max: 255 })), { maxLength: 300 });
    fc.assert(
      fc.property(bytes, cutting, (some, cuts) => {
        const [whole, cut] = [new GdbParser(), new GdbParser()];
        const inputs = whole.push(Uint8Array.from(some));
        expect(feed(cut, Uint8Array.from(some), cuts)).toEqual(inputs);
        expect(cut).toEqual(whole);
      }),
    );
  });
});

describe('escaping into a packet', () => {
  it('takes as much as fits, never half an escape', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat({ max: 250 }), (bytes, room) => {
        const { escaped, taken } = escapeInto(bytes, room);
        expect(escaped.length).toBeLessThanOrEqual(room);
        const [input] = new GdbParser().push(packet(escaped));
        expect(input).toEqual({ kind: 'packet', data: Uint8Array.from(bytes.subarray(0, taken)) });
        if (taken < bytes.length) expect(room - escaped.length).toBeLessThan(2);
      }),
    );
  });

  it('writes the packet of the manual', () => {
    expect(textOf(packet(textBytes('OK')))).toBe('$OK#9a');
  });
});

describe('memory map', () => {
  it('reads regions in either form, and leaves out what cannot be used', () => {
    const xml = `<?xml version="1.0"?><!DOCTYPE memory-map PUBLIC "+//IDN gnu.org//DTD GDB Memory Map V1.0//EN" "x">
      <memory-map>
        <memory type="ram" start="0x20000000" length="0x20000"/>
        <memory type='flash' start='0x8000000' length='0x10000'>
          <property name='blocksize'>0x4000</property>
        </memory>
        <memory type="flash" start="0x9000000" length="0x100"></memory>
        <memory type="tape" start="0" length="1"/>
        <memory type="rom" start="zero" length="1"/>
      </memory-map>`;
    expect(parseMemoryMap(xml)).toEqual([
      { type: 'ram', start: 0x20000000, length: 0x20000, blockSize: null },
      { type: 'flash', start: 0x8000000, length: 0x10000, blockSize: 0x4000 },
    ]);
    expect(parseMemoryMap('')).toEqual([]);
  });

  it('reads that of OpenOCD 0.12, which calls all that is no flash RAM', () => {
    const xml =
      '<memory-map>\n<memory type="ram" start="0x00000000" length="0x08000000"/>\n' +
      '<memory type="flash" start="0x08000000" length="0x20000">\n<property name="blocksize">0x800</property>\n' +
      '</memory>\n<memory type="ram" start="0x08020000" length="0xf7fe0000"/>\n</memory-map>\n';
    expect(parseMemoryMap(xml)).toEqual([
      { type: 'ram', start: 0, length: 0x08000000, blockSize: null },
      { type: 'flash', start: 0x08000000, length: 0x20000, blockSize: 0x800 },
      { type: 'ram', start: 0x08020000, length: 0xf7fe0000, blockSize: null },
    ]);
  });
});
