import { expect, it } from 'vitest';
import { Occupancy } from './occupancy.ts';

it('is taken while the work lasts, free before whoever waits is told, and free after a failure too', async () => {
  const seen: string[] = [];
  const site = new Occupancy(() => seen.push(`free ${site.isTaken}`));
  const gate = Promise.withResolvers<number>();
  const work = site.while(() => gate.promise);
  expect(site.isTaken).toBe(true);
  const waited = site.ended().then(() => seen.push('ended'));
  gate.resolve(7);
  expect(await work).toBe(7);
  await waited;
  expect(seen).toEqual(['free false', 'ended']);
  await expect(site.while(() => Promise.reject(new Error('lost')))).rejects.toThrow('lost');
  expect(seen).toEqual(['free false', 'ended', 'free false']);
  await site.ended();
});

it('is taken by the next work at once, where being free starts it', async () => {
  const next = Promise.withResolvers<undefined>();
  let more = 1;
  const site = new Occupancy(() => {
    if (more-- > 0) void site.while(() => next.promise);
  });
  await site.while(() => Promise.resolve());
  expect(site.isTaken).toBe(true);
  next.resolve(undefined);
  await site.ended();
  expect(site.isTaken).toBe(false);
});
