import type { Session } from '#contract/session.ts';
import type { Topic } from '#contract/topics.ts';
import type { Call, Reply } from '#services/dispatch/dispatcher.ts';

/** A station as a carrier sees it: one gate for calls, one stream of events. */
export interface RunningStation {
  dispatch(call: Call): Promise<Reply>;
  sessionOf(connection: string): Session | null;
  /** `only`: the event is for one connection (its own session changed). Returns the remover. */
  subscribe(listener: (topic: Topic, payload: unknown, only?: string) => void): () => void;
  close(): Promise<void>;
}
