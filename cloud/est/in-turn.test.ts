import { expect, it } from 'vitest';
import { inTurn } from './enrol.ts';

it('asks the one that is too many to come back, and serves again once there is room', async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const underWay = Array.from({ length: 64 }, () => inTurn(() => promise));
  await expect(inTurn(() => promise)).rejects.toMatchObject({ status: 202, retryAfterSeconds: 5 });
  resolve('issued');
  await Promise.all(underWay);
  expect(await inTurn(() => promise)).toBe('issued');
  const failure = inTurn(() => Promise.reject(new Error('no')));
  await expect(failure).rejects.toThrow('no');
  expect(await inTurn(() => promise)).toBe('issued');
});
