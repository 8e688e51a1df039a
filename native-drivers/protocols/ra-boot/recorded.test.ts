import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { FrameDecoder, Stretch } from '#drivers/core/decoder.ts';
import { RaBootClient } from './client.ts';
import { COMMAND } from './constants.ts';
import { raBootDecoder, rxBootDecoder } from './decoder.ts';
import { erase } from './memory.ts';
import { createFrameParser } from './parser.ts';
import { RxBootClient } from './rx-client.ts';
import { scriptedChip, type ScriptedChip } from './scripted-chip.test-support.ts';
import { encodeFrame, payloadOf } from './writer.ts';

type Talk = readonly (readonly [host: string, chip: string])[];
/**
 * An RA4M1 (Arduino UNO R4 WiFi) and a public program for it: NeurobeatHQ/rfpclilib, which holds each answer against the bytes
 * that its makers received ("captured from silicon", README). Boot code C3: the boot firmware before that of RA6M4 (R01AN5372).
 */
const RA4M1: Talk = [
  ['01 00 01 00 FF 03', '81 00 02 00 00 FE 03'],
  ['01 00 01 3A C5 03', '81 00 0D 3A 016E3600 0016E360 03 02 0200 B4 03'],
  ['01 00 02 3B 00 C3 03', '81 00 12 3B 00 00000000 0003FFFF 00000800 00000008 A2 03'],
  ['01 00 02 3B 01 C2 03', '81 00 12 3B 01 40100000 40101FFF 00000400 00000001 EF 03'],
  ['01 00 02 3B 02 C1 03', '81 00 12 3B 02 01010008 01010033 00000000 00000004 6E 03'],
  ['01 00 05 34 0001C200 04 03', '81 00 02 34 00 CA 03'],
  ['01 00 09 12 00000000 00003FFF A7 03', '81 00 02 12 00 EC 03'],
  ['01 00 09 13 00000000 00003C27 81 03', '81 00 02 13 00 EB 03'],
];
/**
 * An RH850/F1x and a debugger, from the public notes "Renesas Flash Programming Interface": no RX, but its frames, its
 * boot code C1 and its answers in two parts. Without the answer to 38, of which the notes lost a byte; the last two answers
 * begin with 01 there, which the sum does not cover and a public dumper of these parts contradicts.
 */
const RH850: Talk = [
  ['01 00 01 38 C7 03', '81 00 01 38 C7 03'],
  ['01 00 09 32 00F42400 04C4B400 31 03', '81 00 01 32 CD 03'],
  ['81 00 01 32 CD 03', '81 00 09 32 04C4B400 02625A00 8B 03'],
  ['01 00 05 34 00002580 22 03', '81 00 01 34 CB 03'],
  ['01 00 01 00 FF 03', '81 00 01 00 FF 03'],
  ['01 00 01 2C D3 03', '81 00 01 2C D3 03'],
  ['81 00 01 2C D3 03', '81 00 02 2C FF D3 03'],
];

const bytesOf = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const turns = (talk: Talk) => talk.map(([expect, answer]) => ({ expect, answer }));
const HANDSHAKE = (code: string) => [
  { expect: '000000', answer: '00' },
  { expect: '55', answer: code },
];
const signal = new AbortController().signal;

describe.each<[string, Talk, () => FrameDecoder]>([
  ['an RA4M1', RA4M1, raBootDecoder],
  ['an RH850', RH850, rxBootDecoder],
])('bytes recorded of %s', (_, talk, decoderOf) => {
  it('are frames without a byte too many, however they are cut', () => {
    const said = Buffer.concat(talk.map(([, chip]) => bytesOf(chip)));
    const read = (size: number) => {
      const parser = createFrameParser(['data']);
      const events = [];
      for (let at = 0; at < said.length; at += size)
        events.push(...parser.feed(said.subarray(at, at + size)));
      expect(parser.discarded).toBe(0);
      return events;
    };
    const whole = read(said.length);
    expect(whole).toHaveLength(talk.length);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), (size) => {
        expect(read(size)).toEqual(whole);
      }),
    );
  });

  it('are named in the byte log, both ways', () => {
    const decoder = decoderOf();
    const heard: Stretch[] = talk.flatMap(([host, chip]) => [
      ...decoder.feed('sent', bytesOf(host)),
      ...decoder.feed('received', bytesOf(chip)),
    ]);
    expect(heard).toHaveLength(2 * talk.length);
    expect(heard.filter(({ frame, fault, title }) => !frame || fault || title.includes('unlisted'))).toEqual(
      [],
    );
  });
});

describe('our clients on those answers', () => {
  let chip: ScriptedChip;
  afterEach(() => chip.close());

  it('RA: say the same to the byte, and refuse a part whose signature names no chip', async () => {
    const [inquiry, signature, , , , rate, erasing, write] = turns(RA4M1);
    chip = await scriptedChip([...HANDSHAKE('C3'), inquiry!, signature!, rate!, inquiry!, erasing!]);
    const client = await RaBootClient.connect(chip.transport, { signal });
    await expect(client.signature()).rejects.toMatchObject({ code: 'bad-frame', context: { length: 12 } });
    await client.setBaudRate(115_200);
    await erase(client, { start: 0, end: 0x3fff }, 0x800);
    expect(encodeFrame('command', COMMAND.write, payloadOf(0, 0x3c27))).toEqual(
      Uint8Array.from(bytesOf(write!.expect)),
    );
  });

  it('RX: send a status of no bytes back as it came, and read what follows', async () => {
    chip = await scriptedChip([...HANDSHAKE('C1'), ...turns(RH850.slice(3))]);
    const client = await RxBootClient.connect(chip.transport, signal);
    expect(client.bootCode).toBe(0xc1);
    await client.setBaudRate(9600);
    expect(await client.needsId()).toBe(false);
  });
});
