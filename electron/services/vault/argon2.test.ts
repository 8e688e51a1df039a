import { expect, it } from 'vitest';
import { argon2id } from './argon2.ts';

it('derives what the reference implementation derives, off the main thread', async () => {
  // phc-winner-argon2 src/test.c, version 0x13, argon2id: t=2, m=2^16 KiB, p=1, "password", "somesalt".
  const secret = new TextEncoder().encode('password');
  const salt = new TextEncoder().encode('somesalt');
  const key = await argon2id({ secret, salt, memory: 65_536, passes: 2, lanes: 1, length: 32 });
  expect(Buffer.from(key).toString('hex')).toBe(
    '09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7',
  );
  expect(secret.every((byte) => byte === 0)).toBe(true);
});

it('rejects what the algorithm does not take', async () => {
  const job = {
    secret: Uint8Array.of(1),
    salt: Uint8Array.of(1),
    memory: 1,
    passes: 0,
    lanes: 1,
    length: 32,
  };
  await expect(argon2id(job)).rejects.toThrow();
});
