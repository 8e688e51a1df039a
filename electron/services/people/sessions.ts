import type { Session } from '#contract/session.ts';

/** A session without a call for this long ends, ms. */
export const IDLE_TIMEOUT = 15 * 60_000;

export type SessionListener = (connection: string, session: Session | null) => void;

/** Who is signed in on which connection. Kept in memory: a restart signs everyone out. */
export interface Sessions {
  /** Who is signed in; does not count as activity. */
  get(connection: string): Session | null;
  /** The same for a call by a person: restarts the idle time. Carriers call it once a request. */
  touch(connection: string): Session | null;
  set(connection: string, session: Session): void;
  /** Ends the session, if there is one. */
  clear(connection: string): void;
  /** Told of each sign-in, sign-out and idle end. Returns what ends the subscription. */
  onChange(listener: SessionListener): () => void;
}

interface Entry {
  session: Session;
  idle: NodeJS.Timeout;
}

/** Each session carries one timer that activity restarts: its end is an event, no request has to look for it. */
export function createSessions(idleTimeout = IDLE_TIMEOUT): Sessions {
  const entries = new Map<string, Entry>();
  const listeners = new Set<SessionListener>();
  const tell = (connection: string, session: Session | null): void => {
    for (const listener of listeners) listener(connection, session);
  };
  const clear = (connection: string): void => {
    const entry = entries.get(connection);
    if (entry === undefined) return;
    clearTimeout(entry.idle);
    entries.delete(connection);
    tell(connection, null);
  };
  return {
    get: (connection) => entries.get(connection)?.session ?? null,
    touch(connection) {
      const entry = entries.get(connection);
      entry?.idle.refresh();
      return entry?.session ?? null;
    },
    set(connection, session) {
      clearTimeout(entries.get(connection)?.idle);
      const idle = setTimeout(() => clear(connection), idleTimeout).unref();
      entries.set(connection, { session, idle });
      tell(connection, session);
    },
    clear,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
