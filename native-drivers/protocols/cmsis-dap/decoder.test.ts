import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Direction, FrameDecoder, Stretch } from '#drivers/core/decoder.ts';
import { cmsisDapDecoder } from './decoder.ts';
import { transferPackets, writeBlock, type Access } from './packets.ts';

type Packet = readonly [Direction, string];
const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const hex8 = (value: number): string => value.toString(16).padStart(8, '0').toUpperCase();
const inWords = ({ title, detail, fault }: Stretch): string =>
  `${fault ? '! ' : ''}${title}${detail === '' ? '' : ` | ${detail}`}`;
const heard = (talk: readonly Packet[], decoder: FrameDecoder = cmsisDapDecoder()): string[] =>
  talk.flatMap(([direction, hex]) => decoder.feed(direction, bytesOf(hex)).map(inWords));

/** SELECT is known to be 0 from here on. */
const SELECTED: readonly Packet[] = [
  ['sent', '05 00 01 08 00000000'],
  ['received', '05 01 01'],
];
const after = (talk: readonly Packet[]): string[] => heard([...SELECTED, ...talk]).slice(SELECTED.length);

describe('commands of CMSIS-DAP 2.1 in words', () => {
  it.each<[string, string, string, string]>([
    [
      '00 04',
      'DAP_Info | protocol version',
      '00 06 322e312e3100',
      'Answer DAP_Info | protocol version: 2.1.1',
    ],
    ['00 ff', 'DAP_Info | packet size', '00 02 00 02', 'Answer DAP_Info | packet size: 512'],
    ['00 05', 'DAP_Info | target vendor', '00 00', 'Answer DAP_Info | target vendor: none'],
    ['00 a0', 'DAP_Info | id A0', '00 01 41', 'Answer DAP_Info | id A0: A'],
    ['01 00 01', 'DAP_HostStatus | connected on', '01 00', 'OK DAP_HostStatus'],
    ['02 01', 'DAP_Connect | SWD', '02 01', 'OK DAP_Connect | SWD'],
    ['02 02', 'DAP_Connect | JTAG', '02 00', 'Error DAP_Connect | default port'],
    ['03', 'DAP_Disconnect', '03 00', 'OK DAP_Disconnect'],
    [
      '04 00 a00f d007',
      'DAP_TransferConfigure | 0 idle cycles, WAIT 4,000 times, match 2,000 times',
      '04 ff',
      'Error DAP_TransferConfigure',
    ],
    ['08 00 1e000000', 'DAP_WriteABORT | 0000001E', '08 00', 'OK DAP_WriteABORT'],
    ['09 e803', 'DAP_Delay | 1,000 µs', '09 00', 'OK DAP_Delay'],
    ['0a', 'DAP_ResetTarget', '0a 00 01', 'OK DAP_ResetTarget | a sequence was run'],
    [
      '10 00 80 0a000000',
      'DAP_SWJ_Pins | nRESET low, wait 10 µs',
      '10 03',
      'Answer DAP_SWJ_Pins | SWCLK high, SWDIO high, TDI low, TDO low, nTRST low, nRESET low',
    ],
    ['11 00093d00', 'DAP_SWJ_Clock | 4,000,000 Hz', '11 00', 'OK DAP_SWJ_Clock'],
    [
      '12 38 ffffffffffffff',
      'DAP_SWJ_Sequence | 56 bits FFFFFFFFFFFFFF (line reset)',
      '12 00',
      'OK DAP_SWJ_Sequence',
    ],
    ['12 10 9ee7', 'DAP_SWJ_Sequence | 16 bits 9EE7 (JTAG to SWD)', '12 00', 'OK DAP_SWJ_Sequence'],
    ['13 05', 'DAP_SWD_Configure | turnaround 2 cycles, data phase always', '13 00', 'OK DAP_SWD_Configure'],
    ['16 00', 'DAP_JTAG_IDCODE', '16 00 7714a03b', 'OK DAP_JTAG_IDCODE | 3BA01477'],
    ['1d 02 88 00', 'DAP_SWD_Sequence | 2 inside', '1d 00 00', 'OK DAP_SWD_Sequence'],
    ['1b', 'DAP_SWO_Status', '1b 00 00000000', 'Answer DAP_SWO_Status'],
    ['7f 02 11 00', 'DAP_ExecuteCommands | 2 inside', '7f 02 11 00', 'Answer DAP_ExecuteCommands'],
    ['81 00', 'DAP_Vendor1', '81 00', 'Answer DAP_Vendor1'],
    ['17 01', 'DAP_SWO_Transport', 'ff', 'Not implemented DAP_SWO_Transport'],
    [
      '10 00 80',
      '! Damaged DAP_SWJ_Pins',
      '10 03',
      'Answer DAP_SWJ_Pins | SWCLK high, SWDIO high, TDI low, TDO low, nTRST low, nRESET low',
    ],
    ['11 00093d00', 'DAP_SWJ_Clock | 4,000,000 Hz', '11', '! Damaged DAP_SWJ_Clock'],
  ])('%s: %s', (command, asked, response, answered) => {
    expect(
      heard([
        ['sent', command],
        ['received', response],
      ]),
    ).toEqual([asked, answered]);
  });

  it('DAP_TransferAbort waits for no answer of its own', () => {
    expect(
      heard([
        ['sent', '05 00 01 02'],
        ['sent', '07'],
        ['received', '05 01 01 7714b10b'],
      ]),
    ).toEqual([
      'DAP_Transfer, 1 access | read DP DPIDR',
      'DAP_TransferAbort',
      'OK DAP_Transfer, 1 of 1 | DP DPIDR 0BB11477',
    ]);
  });

  it('a packet that begins with no command is a run of bytes', () => {
    const [stretch] = cmsisDapDecoder().feed('sent', bytesOf('50 01 02'));
    expect(stretch).toMatchObject({ title: '3 B', frame: false, fault: false });
  });
});

describe('accesses of a transfer', () => {
  it('have their register by name, read and written', () => {
    const [words] = after([['sent', '05 00 08 02 06 0a 0e 00 1e000000 05 00000020 0d efbeadde 0f']]);
    expect(words).toBe(
      'DAP_Transfer, 8 accesses | read DP DPIDR; read DP CTRL/STAT; read DP RESEND; read DP RDBUFF; ' +
        'write DP ABORT 0000001E; write AP TAR 20000000; write AP DRW DEADBEEF; read AP DRW',
    );
  });

  it('wait for a value under a mask', () => {
    const [words, answer] = after([
      ['sent', '05 00 02 20 000000a0 16 000000a0'],
      ['received', '05 01 11'],
    ]);
    expect(words).toBe('DAP_Transfer, 2 accesses | match mask A0000000; until DP CTRL/STAT is A0000000');
    expect(answer).toBe('Mismatch DAP_Transfer, 1 of 2');
  });

  it('are named by the bank and port that SELECT stands for, and by number before it is known', () => {
    const dlpidr = '05 00 02 08 03000000 06';
    expect(
      heard([
        ['sent', '05 00 02 0f 06'],
        ['sent', dlpidr],
        ['sent', '05 00 02 08 f0000001 0f'],
      ]),
    ).toEqual([
      'DAP_Transfer, 2 accesses | read AP 0C; read DP 04',
      'DAP_Transfer, 2 accesses | write DP SELECT 00000003; read DP DLPIDR',
      'DAP_Transfer, 2 accesses | write DP SELECT 010000F0; read AP1 IDR',
    ]);
  });

  it('are not named any more once a SELECT was refused, and still are where something else was', () => {
    const read: Packet = ['sent', '05 00 01 0f'];
    const other = after([['sent', '05 00 01 05 00000020'], ['received', '05 00 04'], read]);
    expect(other.at(-1)).toBe('DAP_Transfer, 1 access | read AP DRW');
    const select = after([['sent', '05 00 01 08 f0000000'], ['received', '05 00 04'], read]);
    expect(select.slice(-2)).toEqual(['FAULT DAP_Transfer, 0 of 1', 'DAP_Transfer, 1 access | read AP 0C']);
  });

  it.each([
    ['01', 'OK'],
    ['02', 'WAIT'],
    ['04', 'FAULT'],
    ['07', 'NO ACK'],
    ['0f', 'Protocol error'],
    ['11', 'Mismatch'],
    ['00', 'Acknowledge 0'],
  ])('acknowledge %s is %s, of single accesses and of a block', (ack, name) => {
    expect(
      after([
        ['sent', '05 00 01 05 00000020'],
        ['received', `05 00 ${ack}`],
      ]).at(-1),
    ).toBe(`${name} DAP_Transfer, 0 of 1`);
    expect(
      after([
        ['sent', '06 00 0100 0d 01000000'],
        ['received', `06 0000 ${ack}`],
      ]).at(-1),
    ).toBe(`${name} DAP_TransferBlock, 0 words`);
  });

  it('with a time stamp have their word behind it', () => {
    const words = after([
      ['sent', '05 00 02 8f 85 00000020'],
      ['received', '05 02 01 11111111 efbeadde 22222222'],
    ]);
    expect(words.at(-1)).toBe('OK DAP_Transfer, 2 of 2 | AP DRW DEADBEEF');
  });

  it('of a block are counted, and their first words shown', () => {
    const ten = Array.from({ length: 10 }, (_, index) => `0${index}000000`).join('');
    expect(
      after([
        ['sent', `06 00 0a00 0d ${ten}`],
        ['received', '06 0a00 01'],
      ]),
    ).toEqual([
      'DAP_TransferBlock, write 10 words | AP DRW: 00000000; 00000001; 00000002; 00000003; 00000004; 00000005; 00000006; 00000007; 2 more',
      'OK DAP_TransferBlock, 10 words',
    ]);
    expect(
      after([
        ['sent', '06 00 0100 0f'],
        ['received', '06 0100 01 efbeadde'],
      ]),
    ).toEqual(['DAP_TransferBlock, read 1 word | AP DRW', 'OK DAP_TransferBlock, 1 word | DEADBEEF']);
  });

  it('that are shorter than they say are broken, and so are answers of more than was asked', () => {
    expect(heard([['sent', '05 00 02 0d efbe']])).toEqual(['! Damaged DAP_Transfer']);
    expect(heard([['sent', '06 00 0200 0d efbeadde']])).toEqual(['! Damaged DAP_TransferBlock']);
    expect(
      heard([
        ['sent', '05 00 01 02'],
        ['received', '05 02 01'],
      ]).at(-1),
    ).toBe('! Damaged DAP_Transfer');
    expect(
      heard([
        ['sent', '05 00 01 02'],
        ['received', '05 01 01 77'],
      ]).at(-1),
    ).toBe('! Damaged DAP_Transfer');
    expect(
      heard([
        ['sent', '06 00 0100 0f'],
        ['received', '06 0100 01'],
      ]).at(-1),
    ).toBe('! Damaged DAP_TransferBlock');
  });
});

describe('answers', () => {
  it('belong to the oldest command of their kind; what nobody asked for is named without it', () => {
    expect(
      heard([
        ['received', '00 02 0002'],
        ['received', '05 02 01'],
        ['sent', '05 00 01 02'],
        ['sent', '00 fe'],
        ['received', '00 01 04'],
        ['received', '05 01 01 77777777'],
      ]),
    ).toEqual([
      'Answer DAP_Info | 512',
      'OK DAP_Transfer, 2 done',
      'DAP_Transfer, 1 access | read DP DPIDR',
      'DAP_Info | packet count',
      'Answer DAP_Info | packet count: 4',
      'OK DAP_Transfer, 1 done',
    ]);
  });

  it('to an operation that is over are none of the next', () => {
    const decoder = cmsisDapDecoder();
    decoder.feed('sent', bytesOf('00 fe'));
    decoder.flush('end');
    expect(heard([['received', '00 02 0002']], decoder)).toEqual(['Answer DAP_Info | 512']);
  });
});

const value = fc.integer({ min: 0, max: 0xffffffff });
const access: fc.Arbitrary<Access> = fc.oneof(
  fc.record({ port: fc.constantFrom('dp', 'ap'), register: fc.constantFrom(0, 4, 12) }),
  fc.record({ port: fc.constantFrom('dp', 'ap'), register: fc.constantFrom(0, 4, 12), value }),
);
const packets = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 80 }),
  fc.tuple(fc.nat(0x23), fc.uint8Array({ maxLength: 60 })).map(([id, rest]) => Uint8Array.of(id, ...rest)),
  fc
    .tuple(fc.constantFrom(5, 6), fc.nat(4), fc.uint8Array({ maxLength: 60 }))
    .map(([id, count, rest]) => Uint8Array.of(id, 0, count, ...rest)),
);
const talk = fc.array(fc.tuple(fc.constantFrom<Direction>('sent', 'received'), packets), { maxLength: 40 });

describe('any packets', () => {
  it('come out one by one, whole, with a title', () => {
    fc.assert(
      fc.property(talk, (said) => {
        const decoder = cmsisDapDecoder();
        for (const [direction, bytes] of said) {
          const stretches = decoder.feed(direction, bytes);
          expect(stretches).toMatchObject([{ direction, secret: 'none' }]);
          expect(stretches[0]?.bytes).toEqual(bytes);
          expect(stretches[0]?.title).not.toBe('');
        }
        expect(decoder.flush('end')).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it('of the client say every access with its value, in order, and its words when they come; also in a report', () => {
    fc.assert(
      fc.property(
        fc.array(access, { minLength: 1, maxLength: 8 }),
        fc.array(value),
        fc.boolean(),
        (all, words, padded) => {
          const [packet] = transferPackets(all, 64);
          if (packet === undefined) throw new Error('no packet');
          const { bytes, accesses } = packet;
          const report = new Uint8Array(padded ? 64 : bytes.length);
          report.set(bytes);
          const decoder = cmsisDapDecoder();
          const values = accesses.flatMap(({ value: own }) => (own === undefined ? [] : [hex8(own)]));
          const [asked] = decoder.feed('sent', report);
          expect(asked?.detail.split('; ').map((text) => text.split(' ')[0])).toEqual(
            accesses.map(({ value: own }) => (own === undefined ? 'read' : 'write')),
          );
          expect(asked?.detail.match(/[0-9A-F]{8}/g) ?? []).toEqual(values);
          const read = accesses
            .filter(({ value: own }) => own === undefined)
            .map((_, index) => words[index] ?? 0);
          const answer = Buffer.alloc(3 + read.length * 4);
          answer.set([5, accesses.length, 1]);
          read.forEach((one, index) => answer.writeUInt32LE(one, 3 + index * 4));
          const [answered] = decoder.feed('received', answer);
          expect(answered?.detail.match(/[0-9A-F]{8}/g) ?? []).toEqual(read.map(hex8));
        },
      ),
    );
  });

  it('have no word that they carry in a title', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 8 }), (words) => {
        const decoder = cmsisDapDecoder();
        const writes = words.map((one): Access => ({ port: 'ap', register: 12, value: one }));
        const all = [
          writeBlock(12, Uint32Array.from(words)),
          ...transferPackets(writes, 64).map(({ bytes }) => bytes),
        ];
        const titles = all.flatMap((bytes) => decoder.feed('sent', bytes)).map(({ title }) => title);
        for (const title of titles)
          expect(title).toMatch(/^DAP_Transfer(Block, write \d+ words?|, \d+ access(es)?)$/);
      }),
    );
  });
});
