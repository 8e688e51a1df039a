import { expect, it } from 'vitest';
import { DriverError, type DriverErrorCode } from './errors.ts';
import { goesOnAfter, targetSession, type SessionRules } from './target-session.ts';

const context = { signal: new AbortController().signal, progress: () => undefined };

/** What a failure of `read-state` leaves: whether the conversation was given up, and what is said of the chip. */
async function after(failure: Error, rules?: SessionRules, touched = true) {
  const dropped: string[] = [];
  const part = { touched, drop: () => void dropped.push('drop') };
  const session = targetSession(part, { 'read-state': () => Promise.reject(failure) }, rules);
  const told: unknown = await session.run('read-state', {}, context).catch((error: unknown) => error);
  return { dropped: dropped.length > 0, chip: told instanceof DriverError ? told.chip : null };
}
const failed = (code: DriverErrorCode) => new DriverError(code, 'It failed.', { chip: 'unknown' });

it.each([
  'unsupported',
  'bad-argument',
  'wrong-state',
  'device-error',
  'verify-mismatch',
  'cancelled',
] as const)('a part that was asked nothing or answered in full is talked to further: %s', async (code) => {
  expect(await after(failed(code), { goesOn: goesOnAfter() })).toEqual({
    ...{ dropped: false, chip: 'not-locked' },
  });
  expect((await after(failed(code))).dropped).toBe(true);
});

it('a lost answer ends the conversation, as does a defect; a family names codes of its own', async () => {
  const rules = { goesOn: goesOnAfter('image-range') };
  expect((await after(failed('no-answer'), rules)).dropped).toBe(true);
  expect(await after(new TypeError('ours'), rules)).toEqual({ dropped: true, chip: null });
  expect((await after(failed('image-range'), rules)).dropped).toBe(false);
  expect((await after(failed('image-range'), { goesOn: goesOnAfter() })).dropped).toBe(true);
});

it('says of the chip what the session knows, and nothing where only a read-back would tell', async () => {
  expect((await after(failed('no-answer'), {}, false)).chip).toBe('untouched');
  expect((await after(failed('no-answer'), { unsure: () => true })).chip).toBe('unknown');
});

it('ends by its own way where it has one, and by giving the conversation up otherwise', async () => {
  const ended: string[] = [];
  const part = { touched: false, drop: () => void ended.push('drop') };
  await targetSession(part, {}).close();
  await targetSession(part, {}, { close: () => void ended.push('own') }).close();
  expect(ended).toEqual(['drop', 'own']);
});
