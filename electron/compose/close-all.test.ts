import { expect, it } from 'vitest';
import { closeAll } from './compose-station.ts';

it('closes what was opened, last first, also behind one that fails, and tells the first failure', async () => {
  const closed: string[] = [];
  const opened = ['store', 'vault', 'drivers'].map((name) => () => {
    closed.push(name);
    if (name === 'vault') throw new Error('vault');
  });
  await expect(closeAll(opened)).rejects.toThrow('vault');
  expect(closed).toEqual(['drivers', 'vault', 'store']);
});
