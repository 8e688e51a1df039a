import fc from 'fast-check';
import { expect, it } from 'vitest';
import { children, der, DerError, derOid, derTime, derUnsigned, oidText, readDer, TAG } from './der.ts';

it('reads back any element it writes', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 5 }), (parts) => {
      const element = readDer(
        der(TAG.sequence, ...parts.map((part) => der(TAG.octetString, part))),
        TAG.sequence,
      );
      expect(children(element).map((child) => new Uint8Array(child.content))).toEqual(parts);
    }),
  );
});

it('answers any bytes with an element or a DerError, never with another failure', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      try {
        children(readDer(bytes, TAG.sequence));
      } catch (error) {
        expect(error).toBeInstanceOf(DerError);
      }
    }),
  );
});

it('refuses lengths that are not in their one shortest form', () => {
  for (const hex of ['3080', '30810100', '308200010a', '3002', '30'])
    expect(() => readDer(Buffer.from(hex, 'hex'), TAG.sequence)).toThrow(DerError);
});

it('writes lengths of one to four octets', () => {
  for (const length of [0, 127, 128, 255, 256, 65_535, 65_536, 70_000])
    expect(readDer(der(TAG.octetString, new Uint8Array(length)), TAG.octetString).content.length).toBe(
      length,
    );
});

it('writes object identifiers, numbers and times as X.690 and RFC 5280 have them', () => {
  expect(derOid('1.2.840.10045.4.3.2').toString('hex')).toBe('06082a8648ce3d040302');
  expect(oidText(derOid('2.5.4.5').subarray(2))).toBe('2.5.4.5');
  expect(oidText(derOid('1.3.6.1.4.1.32473.1.1').subarray(2))).toBe('1.3.6.1.4.1.32473.1.1');
  expect(derUnsigned(Buffer.from('0080', 'hex')).toString('hex')).toBe('02020080');
  expect(derUnsigned(Buffer.from('00007f', 'hex')).toString('hex')).toBe('02017f');
  expect(derTime(new Date('2049-12-31T23:59:59.900Z')).toString()).toBe('\x17\x0d491231235959Z');
  expect(derTime(new Date('2050-01-01T00:00:00Z')).toString()).toBe('\x18\x0f20500101000000Z');
});
