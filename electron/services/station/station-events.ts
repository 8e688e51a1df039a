import type { Topic, TopicPayload } from '#contract/topics.ts';

/** `only`: the event is for one connection, its own session changed. */
export type StationListener = (topic: Topic, payload: unknown, only?: string) => void;

/** What the station tells its carriers. A listener that throws harms neither the others nor the station. */
export class StationEvents {
  private readonly listeners = new Set<StationListener>();
  private readonly onDefect: (error: unknown) => void;

  constructor(onDefect: (error: unknown) => void) {
    this.onDefect = onDefect;
  }

  /** Returns the remover. */
  subscribe(listener: StationListener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  publish<T extends Topic>(topic: T, payload: TopicPayload<T>, only?: string): void {
    for (const listener of [...this.listeners]) {
      try {
        listener(topic, payload, only);
      } catch (error) {
        this.onDefect(error);
      }
    }
  }
}
