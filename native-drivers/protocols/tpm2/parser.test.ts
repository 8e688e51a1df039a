import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joined, sized, TpmReader, u16, u32 } from './buffer.ts';
import { commandBytes } from './command.ts';
import { CC, RC, RH } from './constants.ts';
import { TpmParser, type TpmResponse } from './parser.ts';
import { baseOf, errorOf, isToRepeat } from './response-code.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const parse = (...pieces: Uint8Array[]): { responses: TpmResponse[]; discarded: number } => {
  const parser = new TpmParser();
  const responses = pieces.flatMap((piece) => parser.push(piece));
  return { responses, discarded: parser.discarded };
};
const response = (tag: number, code: number, body: Uint8Array): Uint8Array =>
  joined(u16(tag), u32(10 + body.length), u32(code), body);

describe('commands', () => {
  it('are as TPMs have taken them since they are', () => {
    const startup = commandBytes({ code: CC.startup, parameters: [u16(0)] });
    expect(Buffer.from(startup)).toEqual(hex('80 01 00 00 00 0c 00 00 01 44 00 00'));
    const random = commandBytes({ code: CC.getRandom, parameters: [u16(8)] });
    expect(Buffer.from(random)).toEqual(hex('80 01 00 00 00 0c 00 00 01 7b 00 08'));
  });

  it('carry a password for each handle that wants one, with their size before them', () => {
    const lock = { code: CC.nvWriteLock, handles: [RH.owner, 0x01800100], passwords: [Uint8Array.of(1, 2)] };
    expect(Buffer.from(commandBytes(lock))).toEqual(
      hex(
        '80 02 00 00 00 21 00 00 01 38 40 00 00 01 01 80 01 00 00 00 00 0b 40 00 00 09 00 00 01 00 02 01 02',
      ),
    );
  });
});

describe('responses', () => {
  const any = fc
    .tuple(fc.constantFrom(0x8001, 0x8002), fc.nat(0xffff), fc.uint8Array({ maxLength: 300 }))
    .map(([tag, code, body]) => response(tag, code, body));

  it('are the same for any cut', () => {
    fc.assert(
      fc.property(fc.array(any, { maxLength: 5 }), fc.array(fc.nat(2000)), (all, cuts) => {
        const whole = joined(...all);
        const places = [
          0,
          ...cuts.map((cut) => Math.min(cut, whole.length)).sort((a, b) => a - b),
          whole.length,
        ];
        const cut = places.slice(1).map((end, index) => whole.subarray(places[index], end));
        expect(parse(...cut)).toEqual(parse(whole));
        expect(parse(whole).responses).toHaveLength(all.length);
      }),
    );
  });

  it('are found behind noise, which is counted', () => {
    const noise = fc.uint8Array({ maxLength: 40 }).filter((bytes) => !bytes.includes(0x80));
    fc.assert(
      fc.property(noise, any, noise, any, (before, first, between, second) => {
        const { responses, discarded } = parse(joined(before, first, between, second));
        expect(responses).toHaveLength(2);
        expect(discarded).toBe(before.length + between.length);
      }),
    );
  });

  it('begin with a tag and a size that can be', () => {
    // A command of 2^31 bytes, one of three, then a good one.
    const bytes = hex('80 01 80 00 00 00 80 01 00 00 00 03 80 01 00 00 00 0a 00 00 01 01');
    expect(parse(bytes)).toEqual({
      responses: [{ tag: 0x8001, code: RC.failure, body: new Uint8Array(0) }],
      discarded: 12,
    });
  });

  it('are refused where their fields end too early', () => {
    const reader = new TpmReader(sized(Uint8Array.of(1, 2)).subarray(0, 3));
    expect(() => reader.sized()).toThrow(expect.objectContaining({ code: 'bad-frame' }));
  });
});

describe('response codes, as they come with handle, session or parameter in them', () => {
  it.each([
    // TPM_RC_AUTH_FAIL of session 1, TPM_RC_BAD_AUTH of session 1.
    [0x98e, RC.authFail, 'protected'],
    [0x9a2, RC.badAuth, 'protected'],
    // TPM_RC_HANDLE of handle 1, TPM_RC_VALUE of parameter 2.
    [0x18b, RC.handle, 'device-error'],
    [0x2c4, RC.value, 'device-error'],
    [0x148, RC.nvLocked, 'locked'],
    [0x143, RC.commandCode, 'unsupported'],
    [0x921, RC.lockout, 'protected'],
    [0x101, RC.failure, 'device-error'],
    [0x100, RC.initialize, 'wrong-state'],
  ])('%i', (code, base, kind) => {
    expect(baseOf(code)).toBe(base);
    expect(errorOf(code, CC.nvRead)).toMatchObject({
      code: kind,
      context: { command: '0x14e', rc: `0x${code.toString(16)}` },
    });
  });

  it('tell a TPM that is busy from one that refuses', () => {
    expect([RC.retry, RC.yielded, RC.testing, RC.nvRate].every(isToRepeat)).toBe(true);
    expect([RC.lockout, RC.failure, RC.badAuth].some(isToRepeat)).toBe(false);
  });
});
