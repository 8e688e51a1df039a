import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Direction, FrameDecoder, Stretch } from '#drivers/core/decoder.ts';
import { espRomDecoder } from './esp-rom/decoder.ts';
import { gdbRemoteDecoder } from './gdb-remote/decoder.ts';
import { nxpBootDecoder } from './nxp-boot/decoder.ts';
import { smpDecoder } from './smp/decoder.ts';
import { writePacket } from './smp/writer.ts';
import { stm32BootDecoder } from './stm32-boot/decoder.ts';
import { encodeMap } from './smp/cbor.ts';

type Talk = readonly (readonly [Direction, string])[];
const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

/** Everything that a decoder says, with the bytes of each direction cut every `size`. */
function heard(decoder: FrameDecoder, talk: Talk, size = Infinity): Stretch[] {
  const stretches: Stretch[] = [];
  for (const [direction, hex] of talk) {
    const bytes = bytesOf(hex);
    for (let at = 0; at < bytes.length; at += Math.min(size, bytes.length))
      stretches.push(...decoder.feed(direction, bytes.subarray(at, at + size)));
  }
  return [...stretches, ...decoder.flush('end')];
}

const smpLines = Buffer.from(
  writePacket({
    ...{ op: 2, version: 1, flags: 0, group: 1 },
    sequence: 4,
    command: 1,
    payload: encodeMap({ off: 0 }),
  }),
).toString('hex');

const decoders: [string, () => FrameDecoder, Talk, string[]][] = [
  [
    'STM32 (AN3155, 3.6)',
    stm32BootDecoder,
    [
      ['sent', '7f'],
      ['received', '79'],
      ['sent', '31 ce'],
      ['received', '79'],
      ['sent', '08000000 08'],
      ['received', '79'],
      ['sent', '03 31ce7f79 fa'],
      ['received', '1f'],
      ['sent', '11 ee'],
    ],
    [
      'Sync',
      'ACK',
      'Command 31 write',
      'ACK',
      'Address 08000000',
      'ACK',
      'Data, 4 B',
      'NACK',
      'Command 11 read',
    ],
  ],
  [
    'ESP (esptool, "Serial Protocol")',
    espRomDecoder,
    [
      ['sent', 'c0 00 0a 0400 00000000 00d0ff3f c0'],
      ['received', 'c0 01 0a 0400 efbeadde 00000000 c0'],
      ['received', 'c0 01 0a 0400 00000000 01050000 c0'],
    ],
    ['Command 0A readRegister, 4 B', 'OK 0A readRegister', 'Refused 0A readRegister'],
  ],
  [
    'NXP (KL27 manual, 13.3.7)',
    nxpBootDecoder,
    [
      ['sent', '5aa6'],
      ['received', '5aa7 0002 0150 0000 aaea'],
      ['sent', '5aa4 0c00 4b33 07000002 01000000 00000000'],
      ['received', '5aa1'],
      ['received', '5aa4 0c00 0707 a7000002 00000000 0000014b'],
    ],
    ['Ping', 'Pong', 'Command 07 getProperty', 'ACK', 'Answer A7 getProperty'],
  ],
  [
    'GDB (manual, "Overview")',
    gdbRemoteDecoder,
    [
      ['sent', Buffer.from('$m8000000,4#5b').toString('hex')],
      ['received', Buffer.from('+$00000000#80').toString('hex')],
      ['sent', Buffer.from('$?#00').toString('hex')],
    ],
    ['m8000000,4', 'ACK', '00000000', '?'],
  ],
  ['SMP (Zephyr, serial console)', smpDecoder, [['sent', smpLines]], ['Write image 1']],
];

describe.each(decoders)('%s in words', (_name, make, talk, titles) => {
  it('names each frame', () => {
    const stretches = heard(make(), talk);
    expect(stretches.map(({ title }) => title)).toEqual(titles);
    expect(stretches.every(({ frame }) => frame)).toBe(true);
  });

  it('says the same however the bytes of a way are cut', () => {
    const whole = heard(make(), talk);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), (size) => {
        expect(heard(make(), talk, size)).toEqual(whole);
      }),
    );
  });

  it('loses no byte of garbage', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom<Direction>('sent', 'received'), fc.uint8Array({ maxLength: 60 }))),
        (pieces) => {
          const noise: Talk = pieces.map(([direction, bytes]) => [
            direction,
            Buffer.from(bytes).toString('hex'),
          ]);
          for (const way of ['sent', 'received'] as const) {
            const said = heard(make(), noise).filter(({ direction }) => direction === way);
            const sent = pieces.filter(([direction]) => direction === way).map(([, bytes]) => bytes);
            expect(Buffer.concat(said.map(({ bytes }) => bytes))).toEqual(Buffer.concat(sent));
          }
        },
      ),
    );
  });
});

it('a wrong checksum is told as broken', () => {
  const talk: Talk = [['sent', Buffer.from('$m0,4#00').toString('hex')]];
  expect(heard(gdbRemoteDecoder(), talk)).toMatchObject([{ fault: true }]);
  const written: Talk = [
    ['sent', '31ce'],
    ['sent', '0800000009'],
  ];
  expect(heard(stm32BootDecoder(), written)).toMatchObject([{ fault: false }, { fault: true }]);
});
