import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { children, contentOf, readElement, TAG, writeElement } from './der.ts';
import { subjectHash, subjectOf } from './subject-hash.ts';

it.each([0, 1, 127, 128, 255, 256, 65_535, 65_536])('reads back what it wrote: %i bytes', (length) => {
  const content = randomBytes(length);
  const written = writeElement(TAG.utf8String, content);
  const element = readElement(written, 0)!;
  expect(element).toMatchObject({ tag: TAG.utf8String, end: written.length });
  expect(contentOf(written, element)).toEqual(content);
  expect(readElement(written.subarray(0, -1), 0)).toBeNull();
});

it('refuses lengths that DER does not have', () => {
  expect(readElement(new Uint8Array([0x30, 0x80, 0, 0]), 0)).toBeNull();
  expect(readElement(new Uint8Array([0x30, 0x85, 0, 0, 0, 0, 0]), 0)).toBeNull();
  const inner = new Uint8Array([0x30, 0x03, 0x04, 0x05, 0x00]);
  expect(children(inner, readElement(inner, 0)!)).toBeNull();
});

it('random bytes are never an error, only nothing', () => {
  for (let round = 0; round < 2_000; round += 1) {
    const bytes = randomBytes(round % 64);
    bytes[0] = 0x30;
    expect(() => {
      const subject = subjectOf(bytes);
      if (subject !== null) subjectHash(subject);
    }).not.toThrow();
  }
});
