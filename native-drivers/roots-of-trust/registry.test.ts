import { expect, it } from 'vitest';
import { findRootOfTrust, rootsOfTrust } from './registry.ts';

it('names each root of trust once and finds it by its id', () => {
  const ids = rootsOfTrust.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const entry of rootsOfTrust) expect(findRootOfTrust(entry.id)).toBe(entry);
  expect(findRootOfTrust('none')).toBeUndefined();
});
