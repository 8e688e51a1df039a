import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { framedDecoder } from '#drivers/core/decoder.ts';
import { takeAtLine } from './decoder.ts';
import { AtParser, type AtLine } from './line-parser.ts';

const parse = (text: string): AtLine[] => new AtParser().push(Buffer.from(text, 'utf8'));

describe('lines of the module, as the vendor’s exercises show them', () => {
  it.each<[string, AtLine]>([
    ['OK', { type: 'ok' }],
    [
      '+eventstartup:2610011025010,0x31000019,88:01:f9:b3:76:73,1.0.0',
      { type: 'info', name: '+eventstartup', args: '2610011025010,0x31000019,88:01:f9:b3:76:73,1.0.0' },
    ],
    [
      '+eventwlan:connect,your_ssid,0x34:0x31:0xc4:0x4a:0xeb:0x5f',
      { type: 'info', name: '+eventwlan', args: 'connect,your_ssid,0x34:0x31:0xc4:0x4a:0xeb:0x5f' },
    ],
    ['+fileopen:363990529,0', { type: 'info', name: '+fileopen', args: '363990529,0' }],
    ['+filewrite:1452', { type: 'info', name: '+filewrite', args: '1452' }],
    ['ERROR:-10341', { type: 'error', code: -10_341 }],
    ['Error:SL_ERROR_FS_FILE_NOT_EXISTS,-10341', { type: 'error', code: -10_341 }],
    ['error: no reason given', { type: 'error', code: null }],
    ['error', { type: 'error', code: null }],
    ['AT+TEST', { type: 'echo', text: 'AT+TEST' }],
    ['Enrolment complete', { type: 'text', text: 'Enrolment complete' }],
  ])('%s', (line, expected) => {
    expect(parse(`${line}\r\n`)).toEqual([expected]);
  });
});

describe('the parser', () => {
  const line = fc.oneof(
    fc.constantFrom('OK', 'ERROR:-1', '+eventwlan:connect,x', 'Device is revoked', 'AT+test'),
    fc.stringMatching(/^[ -~]{1,80}$/),
  );
  it('gives the same lines however the bytes are cut, and counts what is none', () => {
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 12 }),
        fc.array(
          fc.integer({ min: 0, max: 31 }).filter((byte) => byte !== 10 && byte !== 13),
          { maxLength: 6 },
        ),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 40 }),
        (lines, noise, cuts) => {
          const bytes = Buffer.concat([
            Buffer.from(noise),
            Buffer.from(lines.map((one) => `${one}\r\n`).join('')),
          ]);
          const whole = new AtParser();
          const expected = whole.push(bytes);
          const cut = new AtParser();
          const found: AtLine[] = [];
          for (let at = 0, index = 0; at < bytes.length; index += 1) {
            const size = cuts[index % cuts.length] ?? 1;
            found.push(...cut.push(bytes.subarray(at, at + size)));
            at += size;
          }
          expect(found).toEqual(expected);
          expect(cut.discarded).toBe(noise.length);
        },
      ),
    );
  });

  it('drops a line that never ends, and hears the next', () => {
    const parser = new AtParser();
    expect(parser.push(Buffer.from('x'.repeat(5000)))).toEqual([]);
    expect(parser.push(Buffer.from('\nOK\r\n'))).toEqual([{ type: 'ok' }]);
    expect(parser.discarded).toBe(5000);
  });
});

it('the byte log shows a password in no split, nor in its echo', () => {
  const password = 'correct-horse';
  const sent = Buffer.from(`AT+wlanConnect=hall 2,,WPA_WPA2,${password},,,\r\nAT+test\r\n`);
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: sent.length }),
      fc.constantFrom('sent', 'received'),
      (size, direction) => {
        const decoder = framedDecoder(takeAtLine, ['set-user-key']);
        const stretches = [];
        for (let at = 0; at < sent.length; at += size)
          stretches.push(...decoder.feed(direction, sent.subarray(at, at + size)));
        stretches.push(...decoder.flush('end'));
        const shown = stretches.map(({ title, detail, bytes, secret }) => {
          const clear = Buffer.from(bytes);
          for (const [from, to] of secret === 'none' || secret === 'all' ? [] : secret)
            clear.fill(0, from, to);
          return `${title} ${detail} ${clear.toString('latin1')}`;
        });
        expect(shown.join('\n')).not.toMatch(/hall 2|rect-h/);
        expect(shown.at(-1)).toContain('AT+test');
      },
    ),
  );
});
