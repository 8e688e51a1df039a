import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { controlStretch, type ControlStage, type FrameDecoder } from '#drivers/core/decoder.ts';
import { setupBytes, type SetupPacket } from '#drivers/core/usb-setup.ts';
import { dfuDecoder, dfuseDecoder } from './decoder.ts';

const OUT = 0x21;
const IN = 0xa1;
const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const setup = (requestType: number, request: number, value: number, length: number): SetupPacket => ({
  ...{ requestType, request, value, index: 0, length },
});
const sent = (request: number, value: number, hex = ''): ControlStage => {
  const data = bytesOf(hex);
  return { setup: setup(OUT, request, value, data.length), direction: 'sent', data, outcome: 'ok' };
};
const asked = (request: number, value: number, length: number): ControlStage => ({
  ...{ setup: setup(IN, request, value, length), direction: 'sent', data: bytesOf(''), outcome: 'ok' },
});
const back = (request: number, value: number, hex: string): ControlStage => ({
  ...asked(request, value, bytesOf(hex).length),
  ...{ direction: 'received', data: bytesOf(hex) },
});
const inWords = (decoder: FrameDecoder, stage: ControlStage): string => {
  const { title, detail, fault } = controlStretch(decoder, stage);
  return `${fault ? '! ' : ''}${title}${detail === '' ? '' : ` | ${detail}`}`;
};

describe('requests of DFU in words', () => {
  it.each<[string, ControlStage, string]>([
    ['3', sent(0, 1000), 'DETACH | within 1,000 ms'],
    ['6.1.1', sent(1, 0, '21 00 00 00 08'), 'DNLOAD block 0, 5 B'],
    ['6.1.1.1', sent(1, 7), 'DNLOAD end | no more blocks'],
    ['6.2', asked(2, 3, 2048), 'UPLOAD block 3, 2,048 B'],
    ['6.2', back(2, 3, '00 01 02'), 'Block 3, 3 B'],
    ['6.1.2', asked(3, 0, 6), 'GETSTATUS'],
    ['6.1.2', back(3, 0, '00 b80b00 04 00'), 'OK, dfuDNBUSY | ask again after 3,000 ms'],
    ['6.1.2', back(3, 0, '08 000000 0a 00'), 'errADDRESS, dfuERROR'],
    ['6.1.2', back(3, 0, 'c8 000001 63 00'), 'status 200, state 99 | ask again after 65,536 ms'],
    ['6.1.2', back(3, 0, '00 00 00'), '! Damaged GETSTATUS'],
    ['6.1.3', sent(4, 0), 'CLRSTATUS'],
    ['6.1.5', back(5, 0, '02'), 'dfuIDLE'],
    ['6.1.5', back(5, 0, ''), '! Damaged GETSTATE'],
    ['6.1.4', sent(6, 0), 'ABORT'],
    ['3', { ...back(2, 3, ''), outcome: 'stalled' }, 'Stalled UPLOAD'],
    ['3', { ...back(3, 0, ''), outcome: 'failed' }, 'No answer to GETSTATUS'],
  ])('DFU 1.1, %s: %#', (_section, stage, expected) => {
    expect(inWords(dfuDecoder(), stage)).toBe(expected);
  });

  it.each<[string, ControlStage, string]>([
    ['4.2', asked(2, 0, 64), 'UPLOAD commands'],
    ['4.2', back(2, 0, '00 21 41 92 63'), 'Commands | get, set address, erase, read unprotect, 63'],
    ['5.1', sent(1, 2, '00 01 02 03'), 'DNLOAD block 2, 4 B'],
    ['5.2', sent(1, 0, '21 00 40 00 08'), 'DNLOAD set address | 08004000'],
    ['5.2', sent(1, 0, '21 00 40'), '! Damaged DNLOAD set address'],
    ['5.3', sent(1, 0, '41 00 40 00 08'), 'DNLOAD erase | 08004000'],
    ['5.3', sent(1, 0, '41'), 'DNLOAD erase all'],
    ['5.4', sent(1, 0, '92'), 'DNLOAD read unprotect'],
    ['5', sent(1, 0, '77 01'), 'DNLOAD command 77 | 2 B'],
    ['5.5', sent(1, 2), 'DNLOAD end | leave for the program'],
  ])('AN3156, %s: %#', (_section, stage, expected) => {
    expect(inWords(dfuseDecoder(), stage)).toBe(expected);
  });

  it('leaves requests that are none of DFU to the words of their set-up packet', () => {
    const standard = { ...asked(6, 0x200, 9), setup: setup(0x80, 6, 0x200, 9) };
    expect(inWords(dfuDecoder(), standard)).toBe(
      'In standard GET_DESCRIPTOR | bmRequestType 80 (device), bRequest 06, wValue 0200, wIndex 0000, wLength 9',
    );
    // DNLOAD that reads, a class request to an endpoint, a vendor's own.
    for (const requestType of [IN, 0x22, 0x41])
      expect(inWords(dfuseDecoder(), { ...sent(1, 0, '92'), setup: setup(requestType, 1, 0, 1) })).toMatch(
        / request 01 \| bmRequestType/,
      );
  });
});

const word = fc.nat(0xffff);
const stages: fc.Arbitrary<ControlStage> = fc.record({
  setup: fc.record({
    requestType: fc.oneof(fc.constantFrom(OUT, IN), fc.nat(255)),
    request: fc.oneof(fc.nat(7), fc.nat(255)),
    ...{ value: fc.oneof(fc.constantFrom(0, 2), word), index: word, length: word },
  }),
  direction: fc.constantFrom('sent', 'received'),
  data: fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    fc
      .tuple(fc.constantFrom(0x21, 0x41, 0x92), fc.uint8Array({ maxLength: 6 }))
      .map(([code, rest]) => Uint8Array.of(code, ...rest)),
  ),
  outcome: fc.constantFrom('ok', 'stalled', 'failed'),
});

describe.each([
  ['DFU 1.1', dfuDecoder],
  ['DfuSe', dfuseDecoder],
])('any control transfer, as %s', (_name, make) => {
  it('has a title, and no byte of it is lost', () => {
    fc.assert(
      fc.property(stages, (stage) => {
        const { title, bytes } = controlStretch(make(), stage);
        expect(title).not.toBe('');
        const head = stage.direction === 'sent' ? setupBytes(stage.setup) : bytesOf('');
        expect(Buffer.from(bytes)).toEqual(Buffer.concat([head, stage.data]));
      }),
    );
  });

  it('has nothing of its data in the title', () => {
    fc.assert(
      fc.property(stages, fc.uint8Array({ minLength: 4, maxLength: 4 }), (stage, secret) => {
        const hidden = {
          ...stage,
          direction: 'sent' as const,
          data: Uint8Array.of(stage.data[0] ?? 0, ...secret),
        };
        const other = {
          ...hidden,
          data: Uint8Array.of(stage.data[0] ?? 0, ...secret.map((byte) => byte ^ 0xff)),
        };
        expect(controlStretch(make(), hidden).title).toBe(controlStretch(make(), other).title);
      }),
    );
  });
});
