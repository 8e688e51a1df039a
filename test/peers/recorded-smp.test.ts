import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMap, encodeMap, type SmpMap } from '#drivers/protocols/smp/cbor.ts';
import type { SmpPacket } from '#drivers/protocols/smp/frame.ts';
import { SmpParser } from '#drivers/protocols/smp/parser.ts';
import { writePacket } from '#drivers/protocols/smp/writer.ts';
import { cut, oneWay, readRecording } from './recorded/recording.test-support.ts';

/** Its lines: marker, 84 bytes as base64, newline (transport_serial.py, `pack_lines`); ours have 127. */
const ITS_LINE_BYTES = 115;
/** What the simulated board prints as it starts, after each reset into the application. */
const BANNER = Buffer.from('*** Booting MCUboot ***\r\n*** Booting Zephyr OS build v3.7.0 ***\r\n', 'latin1');
const STARTS = 3;

const recording = readRecording('python-mcumgr');
const said = (sign: '>' | '<'): Buffer => oneWay(recording, sign);

function heard(bytes: Uint8Array, size: number): { packets: SmpPacket[]; faults: number; discarded: number } {
  const parser = new SmpParser();
  const events = cut(bytes, size).flatMap((piece) => parser.push(piece));
  const packets = events.flatMap((event) => (event.type === 'packet' ? [event.packet] : []));
  return { packets, faults: events.length - packets.length, discarded: parser.discarded };
}

/** The same request as this project makes it of what it read. */
function madeByUs(packet: SmpPacket): Uint8Array {
  const map = decodeMap(packet.payload);
  const payload = packet.payload.length === 0 || map === null ? packet.payload : encodeMap(map);
  return writePacket({ ...packet, payload }, ITS_LINE_BYTES);
}

const asked = heard(said('>'), 512).packets;
const answered = heard(said('<'), 512).packets;
const nameOf = ({ op, group, command }: SmpPacket): string => `${op}/${group}/${command}`;
const mapsOf = (name: string): SmpMap[] =>
  answered.flatMap((answer, index) => {
    const request = asked[index];
    return request && nameOf(request) === name ? [decodeMap(answer.payload) ?? {}] : [];
  });

describe('what python-mcumgr and a simulated board said to each other', () => {
  it.each([
    { of: 'the program', bytes: said('>'), apart: 0 },
    { of: 'the board', bytes: said('<'), apart: STARTS * BANNER.length },
  ])('$of: packets and nothing else to our parser, however they are cut', ({ bytes, apart }) => {
    const whole = heard(bytes, bytes.length);
    expect(whole).toMatchObject({ faults: 0, discarded: apart });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 600 }), (size) => {
        expect(heard(bytes, size)).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });

  it('is what our own packets are, to the byte', () => {
    expect(Buffer.concat(asked.map(madeByUs)).equals(said('>'))).toBe(true);
  });

  it('has an answer to each request, of the same number', () => {
    expect(answered.map(({ sequence, group, command, op }) => [sequence, group, command, op - 1])).toEqual(
      asked.map(({ sequence, group, command, op }) => [sequence, group, command, op]),
    );
  });

  it('goes on with an upload that was broken off where the board says', () => {
    const pieces = asked.filter((one) => nameOf(one) === '2/1/1').map(({ payload }) => decodeMap(payload));
    const kept = mapsOf('2/1/1');
    const first = kept.findIndex(({ off }) => off === pieces[0]?.['len']);
    expect(kept.slice(0, first + 1).map(({ off }) => off)).toEqual([32, 1024, 1024, pieces[0]?.['len']]);
    expect(pieces.slice(0, first + 1).map((piece) => piece?.['off'])).toEqual([0, 32, 32, 1024]);
  });

  it('has refusals, and an image tried, confirmed, and alone at the end', () => {
    expect(mapsOf('2/1/5')).toMatchObject([{ rc: 6 }, {}]);
    expect(mapsOf('0/0/2')).toEqual([{ rc: 8 }]);
    expect(mapsOf('2/1/1').at(-1)).toEqual({ rc: 6 });
    expect(mapsOf('2/1/0')).toMatchObject([
      { rc: 8 },
      {
        images: [
          { version: '1.0.0', confirmed: true },
          { version: '1.1.0', pending: true },
        ],
      },
      { images: [{ version: '1.1.0', active: true, confirmed: true }, { version: '1.0.0' }] },
    ]);
    expect(mapsOf('0/1/0').at(-1)).toMatchObject({
      images: [{ slot: 0, version: '1.1.0', confirmed: true }],
    });
    expect(mapsOf('0/1/0').at(-1)?.['images']).toHaveLength(1);
  });
});
