import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { findRootOfTrust, rootsOfTrust } from './registry.ts';

it('finds a root of trust by its id, which no other has', () => {
  const ids = rootsOfTrust.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const entry of rootsOfTrust) expect(findRootOfTrust(entry.id)).toBe(entry);
  expect(findRootOfTrust('none')).toBeUndefined();
});

it.each(rootsOfTrust.map((entry) => [entry.id, entry] as const))(
  '%s stands in the table of its page',
  (id, { keys }) => {
    const page = readFileSync(new URL('../../docs/roots-of-trust.md', import.meta.url), 'utf8');
    const row = page.split('\n').find((line) => line.startsWith(`| \`${id}\` `));
    const cells = row
      ?.split('|')
      .slice(2, 6)
      .map((cell) => cell.trim());
    const { makesOwnKeys, takesInjectedKeys, wrapsKeys, attests } = keys;
    expect(cells).toEqual(
      [makesOwnKeys, takesInjectedKeys, wrapsKeys, attests].map((is) => (is ? 'yes' : 'no')),
    );
  },
);
