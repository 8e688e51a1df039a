import { describe, expect, it } from 'vitest';
import { decodeMap } from './cbor.ts';
import { SmpParser, type SmpEvent } from './parser.ts';
import { writePacket } from './writer.ts';

/**
 * `mcumgr -l DEBUG -c serial image list` and `taskstats` with a real board on 2016-11-11, as the protocol notes of the
 * apache/mynewt-mcumgr fork "SMP (Simple Management Protocol) Protocol Notes" print them: lines without their newline.
 * The board's console echoes each request before it answers.
 */
const LIST_REQUEST = '\x06\x09AAoAAAAAAAEAADcw';
const LIST_ANSWER = [
  '\x06\x09AIUBAQB7AAEAAL9maW1hZ2Vzn79kc2xvdABndmVyc2lvbmUwLjMuMGRoYXNoWCDSTLMFE1QXK7UQn5y0rnhh2W1q/fxG20gs6y00qKeO0Ghib290YWJsZfVncGVuZGlu',
  '\x04\x14Z/RpY29uZmlybWVk9WZhY3RpdmX1//9rc3BsaXRTdGF0dXMA/1Nt',
];
const HASH = 'd24cb3051354172bb5109f9cb4ae7861d96d6afdfc46db482ceb2d34a8a78ed0';
/** A reset request and its line, nRF52840 and mcumgr CLI, from a question on Nordic's DevZone (2023, 102545). */
const RESET_LINE = '060941417343414141424141434b4261413151773d3d0a';

const parse = (text: string): SmpEvent[] => new SmpParser().push(Buffer.from(text, 'latin1'));
const packets = (events: readonly SmpEvent[]) =>
  events.flatMap((event) => (event.type === 'packet' ? [event.packet] : []));

describe('bytes that mcumgr and real boards exchanged', () => {
  it('an image list behind the echo of its request', () => {
    const text = `${LIST_REQUEST}\n\r${LIST_ANSWER.join('\n')}\n`;
    const [request, answer, ...more] = packets(parse(text));
    expect(more).toEqual([]);
    expect(request).toMatchObject({ op: 0, version: 0, group: 1, sequence: 0, command: 0 });
    expect(answer).toMatchObject({ op: 1, flags: 1, group: 1, sequence: 0, command: 0 });
    const { images } = decodeMap(answer!.payload) as { images: Record<string, unknown>[] };
    expect(images).toHaveLength(1);
    expect(images[0]).toMatchObject({ slot: 0, version: '0.3.0', bootable: true, confirmed: true });
    expect(Buffer.from(images[0]!['hash'] as Uint8Array).toString('hex')).toBe(HASH);
  });

  it('we would send the same; the board had four bytes more on a line than the documents allow', () => {
    const [answer] = packets(parse(`${LIST_ANSWER.join('\n')}\n`));
    const longest = (LIST_ANSWER[0]?.length ?? 0) + 1;
    expect(longest).toBe(131);
    const bytesOfAnswer = writePacket(answer!, longest);
    expect(Buffer.from(bytesOfAnswer).toString('latin1')).toBe(`${LIST_ANSWER.join('\n')}\n`);
    const request = { op: 0, version: 0, flags: 0, group: 1, sequence: 0, command: 0 } as const;
    const bytes = writePacket({ ...request, payload: new Uint8Array(0) });
    expect(Buffer.from(bytes).toString('latin1')).toBe(`${LIST_REQUEST}\n`);
  });

  it('a reset, byte for byte', () => {
    const [packet] = packets(new SmpParser().push(Buffer.from(RESET_LINE, 'hex')));
    expect(packet).toMatchObject({ op: 2, group: 0, sequence: 0x8a, command: 5 });
    expect(decodeMap(packet!.payload)).toEqual({});
    expect(Buffer.from(writePacket(packet!)).toString('hex')).toBe(RESET_LINE);
  });

  it('answers to an upload as the tests of the Python package smp keep them', () => {
    const offsets = ['a1636f666619ffff', 'a1636f66661affffffff', 'a2636f666601656d61746368f5'].map((hex) =>
      decodeMap(Buffer.from(hex, 'hex')),
    );
    expect(offsets).toEqual([{ off: 65_535 }, { off: 4_294_967_295 }, { off: 1, match: true }]);
  });
});
