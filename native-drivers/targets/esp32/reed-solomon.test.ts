import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { isCodeword } from '#drivers/virtual/esp32/codeword.ts';
import { checkBytes } from './reed-solomon.ts';

it('is the code of the library that espefuse uses', () => {
  // README of `reedsolo`: RSCodec(10).encode([1, 2, 3, 4]) is 01 02 03 04 2c 9d 1c 2b 3d f8 68 fa 98 4d.
  const check = checkBytes(Uint8Array.of(1, 2, 3, 4), 10);
  expect(Buffer.from(check).toString('hex')).toBe('2c9d1c2b3df868fa984d');
});

it('makes what the simulated controller, which looks for the roots, takes for a codeword', () => {
  const data = Uint8Array.from(randomBytes(32));
  const word = Buffer.concat([data, checkBytes(data, 12)]);
  expect(isCodeword(word)).toBe(true);
  word[7] = (word[7] ?? 0) ^ 0x10;
  expect(isCodeword(word)).toBe(false);
});
