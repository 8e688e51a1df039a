import { expect, it, onTestFinished } from 'vitest';
import type { Request } from '#contract/contract.ts';
import { startTestStation } from './harness.ts';

it('a protected part that hides its id is erased under the name of its site, and nothing else is done to it', async () => {
  const test = await startTestStation({ sites: 1, target: 'stm32f4' });
  onTestFinished(() => test.dispose());
  const site = 'A1';
  const engineer = test.callAs('engineer');
  const run = (act: Request<'lab.run'>['act'], confirmUid: string | null = null) =>
    engineer('lab.run', { site, act, confirmUid });
  await test.hands.insert(site);
  const uid = await test.hands.uid(site);
  await engineer('lab.open', { site });
  await run({ operation: 'identify' });
  await run({ operation: 'protect', level: 'RDP1' }, uid);
  await expect(run({ operation: 'identify' })).rejects.toMatchObject({ view: { code: 'protected' } });
  expect(await engineer('lab.get', { site })).toMatchObject({ hidden: true, identity: null });

  await expect(run({ operation: 'initialize' }, uid)).rejects.toMatchObject({
    view: { code: 'site-needed' },
  });
  await expect(run({ operation: 'protect', level: 'RDP1' }, site)).rejects.toMatchObject({
    view: { code: 'protected' },
  });
  expect((await test.hands.control(site).status()).dlm).toBe('RDP1');

  const { view } = await run({ operation: 'initialize' }, site);
  expect((await test.hands.control(site).status()).dlm).toBe('RDP0');
  expect(view.state).toMatchObject({ locked: false });
  await run({ operation: 'identify' });
  expect(await engineer('lab.get', { site })).toMatchObject({ hidden: false, identity: { chipUid: uid } });
  // A part that says who it is is never taken by its place.
  await expect(run({ operation: 'initialize' }, site)).rejects.toMatchObject({
    view: { code: 'uid-differs' },
  });
});
