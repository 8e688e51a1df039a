import { afterAll, beforeAll, expect, it } from 'vitest';
import { demoPeople } from '#services/people/demo-people.ts';
import { startTestStation, type TestStation } from './harness.ts';

let test: TestStation;
beforeAll(async () => {
  test = await startTestStation({ sites: 1 });
});
afterAll(async () => test.dispose());

/** Signs in as a screen does, on a connection of its own. */
async function signIn(id: string): Promise<void> {
  const person = demoPeople.find((one) => one.id === id);
  if (person === undefined) throw new Error(`${id} is no demo person`);
  const context = { connection: `screen of ${id}`, session: null };
  await test.station.handlers['session.signIn']({ personId: id, pin: person.pin }, context);
}

async function makeUnit(): Promise<string> {
  await test.hands.insert('A1');
  const passed = await test.until('A1', 'passed');
  await test.hands.remove('A1');
  await test.until('A1', 'empty');
  const run = await test.store.runs.get(passed.run?.id ?? '');
  return run?.operator ?? '';
}

it('a part that starts by itself is booked on whoever signed in last', async () => {
  await signIn('114');
  const batch = await test.openBatch(2);
  expect(batch.openedBy).toBe('Mara Voss (114)');
  expect(await makeUnit()).toBe('114');
  await signIn('207');
  expect(await makeUnit()).toBe('207');
});
