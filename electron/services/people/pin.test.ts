import { describe, expect, it } from 'vitest';
import { lockoutDelay } from './lockout.ts';
import { hashPin, noPin, verifyPin } from './pin.ts';

describe('a PIN', () => {
  it('is known by its hash, which says nothing of it and differs each time', async () => {
    const [first, second] = await Promise.all([hashPin('1140'), hashPin('1140')]);
    expect(first).toMatch(/^\$argon2id\$v=19\$m=7168,t=5,p=1\$/);
    expect(first).not.toBe(second);
    expect(await verifyPin('1140', first)).toBe(true);
    expect(await verifyPin('1141', first)).toBe(false);
    // Fullwidth digits, as an input method may type them.
    expect(await verifyPin('\uff11\uff11\uff14\uff10', first)).toBe(true);
  });

  it('matches neither the decoy nor what is no hash', async () => {
    expect(await verifyPin('1140', noPin())).toBe(false);
    expect(await verifyPin('1140', '')).toBe(false);
    expect(await verifyPin('1140', '$argon2i$v=19$m=7168,t=5,p=1$AAAA$AAAA')).toBe(false);
  });
});

it('a delay starts with the fifth failure, doubles, and stays below an hour', () => {
  expect([1, 4, 5, 6, 7, 12, 500].map(lockoutDelay)).toEqual([
    ...[0, 0, 30_000, 60_000, 120_000, 3_600_000, 3_600_000],
  ]);
});
