import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { namesOf, newSecret, sameHash, secretHash } from './token-secret.ts';

it('leads back to the row that it is of, and never twice to the same secret', () => {
  const names = { tenantId: randomUUID(), id: randomUUID() };
  const [first, second] = [newSecret('token', names), newSecret('token', names)];
  expect(namesOf('token', first)).toEqual(names);
  expect(first).not.toBe(second);
  expect(sameHash(secretHash(first), secretHash(first))).toBe(true);
  expect(sameHash(secretHash(first), secretHash(second))).toBe(false);
  expect(first).toMatch(/^[\w-]{20,200}$/);
});

it('takes a token for no session, and anything else for neither', () => {
  const token = newSecret('token', { tenantId: randomUUID(), id: randomUUID() });
  expect(namesOf('session', token)).toBeNull();
  fc.assert(fc.property(fc.string(), (text) => expect(namesOf('token', `rlt_${text}`)).toBeNull()));
});
