import { expect, it, onTestFinished } from 'vitest';
import { startTestStation } from '../integration/harness.ts';

it('two-chips-one-uid: while one part is made, another of the same unique id is not; nor is it afterwards', async () => {
  const test = await startTestStation({ sites: 2 });
  onTestFinished(() => test.dispose());
  await test.openBatch(4);
  await test.hands.insert('A1');
  await test.untilSite('A1', ({ run }) => run?.phases[run.current ?? -1]?.id === 'program');
  const uid = await test.hands.uid('A1');
  await test.hands.insertPart('A2', uid);
  const refused = await test.until('A2', 'failed', 'passed', 'unknown');
  expect(refused.run?.error).toMatchObject({ code: 'uid-twice', chip: 'Nothing was written to it.' });
  const passed = await test.until('A1', 'passed', 'failed', 'unknown');
  expect(passed.run?.error).toBeNull();
  expect(passed.run?.chipUid).toBe(uid);
  await test.call('sites.start', { site: 'A2' });
  const again = await test.untilSite('A2', ({ run }) => run?.error?.code === 'already-passed');
  expect(again.state).toBe('failed');
});
