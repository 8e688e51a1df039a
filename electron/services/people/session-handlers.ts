import type { HandlersOf } from '#contract/contract.ts';
import type { Session } from '#contract/session.ts';
import type { PersonRow, Store } from '#store/api.ts';
import { demoPeople } from './demo-people.ts';
import type { Sessions } from './sessions.ts';
import { createSignIn } from './sign-in.ts';

export interface SessionDeps {
  store: Pick<Store, 'people' | 'settings' | 'audit'>;
  /** A demo station shows its people's PINs on the sign-in page. */
  demo: boolean;
  sessions: Sessions;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

export type SessionHandlers = HandlersOf<
  'session.people' | 'session.signIn' | 'session.badge' | 'session.current' | 'session.signOut'
>;

/** Sign-in, sign-out and who is who, for the contract's `session.*` channels. */
export function createSessionHandlers({
  store,
  demo,
  sessions,
  now = Date.now,
}: SessionDeps): SessionHandlers {
  const signIn = createSignIn(store, now);
  const pins = new Map(demo ? demoPeople.map(({ id, pin }) => [id, pin]) : []);
  const log = (id: string, action: string) => store.audit.append({ actor: id, action, subject: id });

  async function begin(connection: string, person: PersonRow, means: string): Promise<Session> {
    const { id, name, role } = person;
    await log(id, `session.${means}`);
    const session = { person: { id, name, role }, signedInAt: new Date(now()).toISOString() };
    sessions.set(connection, session);
    return session;
  }

  return {
    async 'session.people'() {
      const people = (await store.people.list()).map(({ id, name, role }) => {
        const pin = pins.get(id);
        return { id, name, role, ...(pin === undefined ? {} : { pin }) };
      });
      return { people };
    },
    'session.signIn': async ({ personId, pin }, { connection }) =>
      begin(connection, await signIn.byPin(personId, pin), 'signIn'),
    'session.badge': async ({ badge }, { connection }) =>
      begin(connection, await signIn.byBadge(badge), 'badge'),
    'session.current': (_, { connection }) => Promise.resolve({ session: sessions.get(connection) }),
    async 'session.signOut'(_, { connection }) {
      const session = sessions.get(connection);
      sessions.clear(connection);
      if (session !== null) await log(session.person.id, 'session.signOut');
      return { done: true };
    },
  };
}
