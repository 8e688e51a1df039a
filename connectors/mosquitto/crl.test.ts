import { describe, expect, it } from 'vitest';
import { LocalAuthority } from '../bench/local-authority.ts';
import { subjectOf } from './subject-hash.ts';
import { hasCrlOf, readCrl, withCrl } from './crl.ts';
import { pemBlocks } from './pem.ts';

const authority = await LocalAuthority.make('Factory CA');
const other = await LocalAuthority.make('Other CA');
const at = (text: string): Date => new Date(text);

describe('a crlfile', () => {
  it('reads when a list is of, also beyond 2049', async () => {
    const near = readCrl(await authority.crl([], at('2027-03-04T05:06:07Z')));
    expect(new Date(near.thisUpdate).toISOString()).toBe('2027-03-04T05:06:07.000Z');
    expect(new Date(near.nextUpdate!).toISOString()).toBe('2027-04-03T05:06:07.000Z');
    const far = readCrl(await authority.crl([], at('2060-01-02T03:04:05Z')));
    expect(new Date(far.thisUpdate).toISOString()).toBe('2060-01-02T03:04:05.000Z');
  });

  it('has one list per CA, the newest', async () => {
    const [first, next] = [
      await authority.crl([], at('2027-01-01T00:00:00Z')),
      await authority.crl([], at('2027-01-01T00:00:01Z')),
    ];
    const foreign = await other.crl([], at('2026-01-01T00:00:00Z'));
    const file = withCrl(withCrl(withCrl('', first)!, foreign)!, next)!;
    expect([...pemBlocks(file, 'X509 CRL')]).toEqual([Buffer.from(foreign), Buffer.from(next)]);
    expect(withCrl(file, next)).toBeNull();
    expect(hasCrlOf(file, subjectOf(other.der)!)).toBe(true);
    expect(hasCrlOf(withCrl('', first)!, subjectOf(other.der)!)).toBe(false);
  });

  it('takes no list that is older, or of the same second, which OpenSSL would not obey', async () => {
    const there = withCrl('', await authority.crl([], at('2027-01-01T00:00:01Z')))!;
    for (const [time, code] of [
      ['2027-01-01T00:00:00Z', 'crl-not-newer'],
      ['2027-01-01T00:00:01Z', 'crl-same-second'],
    ] as const) {
      const late = await authority.crl([], at(time));
      expect(() => withCrl(there, late)).toThrow(expect.objectContaining({ code }));
    }
  });

  it('refuses a list that was cut off, at any byte', async () => {
    const whole = await authority.crl([], at('2027-01-01T00:00:00Z'));
    for (let length = 0; length < whole.length; length += 1)
      expect(() => readCrl(whole.subarray(0, length))).toThrow(expect.objectContaining({ code: 'bad-crl' }));
  });
});
