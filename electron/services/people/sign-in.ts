import { AppError } from '#contract/errors.ts';
import type { PersonRow, Store } from '#store/api.ts';
import { badgeHash, badgeSalt } from './badge.ts';
import { lockedUntil } from './lockout.ts';
import { noPin, verifyPin } from './pin.ts';

/** Attempts that may wait at a time: each costs memory and time, and anyone may ask. */
const WAITING_LIMIT = 16;

function refused(): AppError {
  return new AppError({
    code: 'sign-in-refused',
    what: 'This person and PIN or this badge do not open the station.',
    next: 'Check the number and try again.',
    retry: true,
  });
}

function lockedOut(until: string): AppError {
  return new AppError({
    code: 'locked-out',
    what: 'Too many attempts have failed. Sign-in is closed for a while.',
    next: 'Wait until the time shown, or ask the security officer.',
    details: { until },
  });
}

function busy(): AppError {
  const what = 'Too many people sign in at this moment.';
  return new AppError({ code: 'busy', what, next: 'Try again in a few seconds.', retry: true });
}

function refuseLocked(until: string | null, now: number): void {
  if (until !== null && Date.parse(until) > now) throw lockedOut(until);
}

export interface SignIn {
  byPin(personId: string, pin: string): Promise<PersonRow>;
  byBadge(badge: string): Promise<PersonRow>;
}

/**
 * Checks PINs and badges, one attempt after the other, so that many at once cannot outrun the count of failures.
 * Rejects with AppError `sign-in-refused` (the same for an unknown person), `locked-out` (details: until), `busy`.
 */
export function createSignIn(
  store: Pick<Store, 'people' | 'settings'>,
  now: () => number = Date.now,
): SignIn {
  const { people } = store;
  const decoy = noPin();
  const badges = { failures: 0, until: null as string | null };
  let waiting = 0;
  let turn: Promise<unknown> = Promise.resolve();

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (waiting >= WAITING_LIMIT) return Promise.reject(busy());
    waiting++;
    const mine = turn.then(work).finally(() => waiting--);
    turn = mine.catch(() => undefined);
    return mine;
  }

  async function checkPin(personId: string, pin: string): Promise<PersonRow> {
    const person = await people.get(personId);
    if (person === null) {
      await verifyPin(pin, decoy);
      throw refused();
    }
    refuseLocked(person.lockedUntil, now());
    // Counted before it is checked: pulling the plug in between gives no free try.
    const failures = person.failedAttempts + 1;
    await people.noteAttempt(person.id, failures, lockedUntil(failures, now()));
    if (!(await verifyPin(pin, person.pinHash))) throw refused();
    await people.noteAttempt(person.id, 0, null);
    return person;
  }

  /** A badge that is nobody's is counted for the station: there is no person to count it for. */
  async function checkBadge(badge: string): Promise<PersonRow> {
    refuseLocked(badges.until, now());
    const person = await people.byBadge(badgeHash(badge, await badgeSalt(store)));
    if (person === null) {
      badges.failures++;
      badges.until = lockedUntil(badges.failures, now());
      throw refused();
    }
    refuseLocked(person.lockedUntil, now());
    badges.failures = 0;
    return person;
  }

  return {
    byPin: (personId, pin) => inTurn(() => checkPin(personId, pin)),
    byBadge: (badge) => inTurn(() => checkBadge(badge)),
  };
}
