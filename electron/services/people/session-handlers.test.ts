import { cp, rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { contract } from '#contract/contract.ts';
import type { Store } from '#store/api.ts';
import { openStore } from '#store/open.ts';
import { temporaryFolder } from '#store/fixtures.ts';
import { addDemoPeople, demoPeople } from './demo-people.ts';
import { createSessionHandlers, type SessionHandlers } from './session-handlers.ts';
import { createSessions, type Sessions } from './sessions.ts';

const context = { connection: 'c1', session: null };
let people: string;
let dataDir: string;
let store: Store;
let sessions: Sessions;
let clock: number;
let handlers: SessionHandlers;

const handlersOf = (demo: boolean) => createSessionHandlers({ store, demo, sessions, now: () => clock });

// Hashing PINs is slow on purpose: it is done once, and each test takes a copy.
beforeAll(async () => {
  people = await temporaryFolder();
  const made = await openStore({ dataDir: people });
  await addDemoPeople(made);
  await made.close();
});
afterAll(() => rm(people, { recursive: true }));

beforeEach(async () => {
  clock = Date.UTC(2026, 0, 1);
  dataDir = await temporaryFolder();
  await cp(people, dataDir, { recursive: true });
  store = await openStore({ dataDir });
  sessions = createSessions();
  handlers = handlersOf(true);
});
afterEach(async () => {
  await store.close();
  await rm(dataDir, { recursive: true });
});

const byPin = (personId: string, pin: string) => handlers['session.signIn']({ personId, pin }, context);
const code = (attempt: Promise<unknown>) =>
  attempt.then(
    () => 'signed-in',
    (error: unknown) => (error as { view: { code: string } }).view.code,
  );

describe('sign-in', () => {
  it('opens a session of the connection, by PIN and by badge, and audits it', async () => {
    for (const { id, pin, badge, role } of demoPeople) {
      expect(await byPin(id, pin)).toMatchObject({ person: { id, role } });
      await handlers['session.signOut']({}, context);
      expect(await handlers['session.current']({}, context)).toEqual({ session: null });
      expect(await handlers['session.badge']({ badge }, context)).toMatchObject({ person: { id } });
      expect(sessions.get('c1')?.person.id).toBe(id);
      expect(sessions.get('c2')).toBeNull();
    }
    const actions = (await store.audit.page(0, 1000)).map(({ action }) => action);
    for (const action of ['session.signIn', 'session.badge', 'session.signOut']) {
      expect(actions).toContain(action);
    }
  });

  it('gives the same answer for an unknown person as for a wrong PIN', async () => {
    const answers = await Promise.allSettled([byPin('114', '9999'), byPin('999', '9999')]);
    const views = answers.map((answer) => (answer as { reason?: { view: unknown } }).reason?.view);
    expect(views[0]).toMatchObject({ code: 'sign-in-refused' });
    expect(views[1]).toEqual(views[0]);
    expect(sessions.get('c1')).toBeNull();
  });

  it('closes after five failures, for longer each time, also over a restart, and opens again', async () => {
    for (let n = 0; n < 5; n++) expect(await code(byPin('114', '0000'))).toBe('sign-in-refused');
    expect(await code(byPin('114', '1140'))).toBe('locked-out');
    await store.close();
    store = await openStore({ dataDir });
    handlers = handlersOf(true);
    expect(await code(byPin('114', '1140'))).toBe('locked-out');
    expect(await code(byPin('207', '2070'))).toBe('signed-in');
    clock += 30_000;
    expect(await code(byPin('114', '0000'))).toBe('sign-in-refused');
    clock += 30_000;
    expect(await code(byPin('114', '1140'))).toBe('locked-out');
    clock += 30_000;
    expect(await code(byPin('114', '1140'))).toBe('signed-in');
    expect(await store.people.get('114')).toMatchObject({ failedAttempts: 0, lockedUntil: null });
  });

  it('cannot be outrun by many attempts at once', async () => {
    const attempts = Array.from({ length: 40 }, (_, n) => code(byPin('114', `77${n + 10}`)));
    const codes = await Promise.all(attempts);
    expect(codes.filter((each) => each === 'sign-in-refused')).toHaveLength(5);
    expect(new Set(codes)).toEqual(new Set(['sign-in-refused', 'locked-out', 'busy']));
  });

  it('refuses badges of nobody, and all for a while after five', async () => {
    const scan = (badge: string) => code(handlers['session.badge']({ badge }, context));
    for (let n = 0; n < 5; n++) expect(await scan(`NOBODY-${n}`)).toBe('sign-in-refused');
    expect(await scan(demoPeople[0]!.badge)).toBe('locked-out');
    clock += 30_000;
    expect(await scan(demoPeople[0]!.badge)).toBe('signed-in');
  });
});

describe('people', () => {
  it('are listed with their PINs on a demo station only, and with no hash anywhere', async () => {
    const listed = await handlers['session.people']({}, context);
    expect(listed.people.map(({ pin }) => pin)).toEqual(['1140', '2070', '3010']);
    const { people } = await handlersOf(false)['session.people']({}, context);
    expect(people[0]).toEqual({ id: '114', name: 'Mara Voss', role: 'operator' });
    expect(contract['session.people'].response.parse({ people })).toEqual({ people });
  });

  it('of the demo are added once and not put back to their PINs', async () => {
    const mara = await store.people.get('114');
    await store.people.put({ ...mara!, name: 'Mara V.' }, '301');
    await addDemoPeople(store);
    expect(await store.people.get('114')).toEqual({ ...mara, name: 'Mara V.' });
  });
});
