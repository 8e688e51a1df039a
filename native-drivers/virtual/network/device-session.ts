import type { MqttClient } from 'mqtt';
import { DeviceConnectionError, reasonOf, type ClosedReason } from './closed-reason.ts';
import type { TlsStream } from './tls/tls-stream.ts';

type Listener = (topic: string, payload: Buffer) => void;

/** A device's MQTT 5 session. Rejects with DeviceConnectionError once the line is gone, and with MQTT's own refusals. */
export interface DeviceConnection {
  publish(
    topic: string,
    payload: string | Uint8Array,
    options?: { qos?: 0 | 1; retain?: boolean },
  ): Promise<void>;
  /** Resolves when the broker has granted it; rejects where it does not. */
  subscribe(topic: string, listener: Listener): Promise<void>;
  /** Says goodbye. Resolves when the line is down. */
  close(): Promise<void>;
  /** Resolves once, when the connection is gone for whatever reason. */
  readonly closed: Promise<ClosedReason>;
}

/** Longest time that closing takes, ms. */
const GOODBYE_MS = 5000;

/** A connection from its first byte to the reason of its end. */
export class DeviceSession implements DeviceConnection {
  readonly closed: Promise<ClosedReason>;
  readonly #client: MqttClient;
  readonly #stream: TlsStream;
  readonly #listeners = new Map<string, Listener>();
  readonly #waiting = new Set<(error: Error) => void>();
  #reason: ClosedReason | null = null;
  #isClosed = false;

  constructor(client: MqttClient, stream: TlsStream) {
    this.#client = client;
    this.#stream = stream;
    // The first to say why has it: what follows is the line coming down.
    const because = (reason: ClosedReason) => void (this.#reason ??= reason);
    client.on('error', (error) => because(reasonOf(error)));
    client.on('disconnect', ({ reasonCode }) => {
      because({ code: 'disconnected', detail: String(reasonCode ?? 0) });
      // Either side closes behind a DISCONNECT (MQTT 5, 4.13); who was sent away does not wait for the other.
      stream.end(() => stream.destroy());
    });
    stream.on('error', (error) => because(reasonOf(error)));
    this.closed = new Promise((resolve) => {
      client.once('close', () => resolve(this.#end()));
    });
  }

  async connected(): Promise<void> {
    const isUp = new Promise<true>((resolve) => {
      this.#client.once('connect', () => resolve(true));
    });
    const connected = await Promise.race([isUp, this.closed.then(() => false)]);
    if (!connected) throw new DeviceConnectionError(this.#reason ?? (await this.closed));
  }

  async publish(
    topic: string,
    payload: string | Uint8Array,
    { qos = 0, retain = false }: { qos?: 0 | 1; retain?: boolean } = {},
  ): Promise<void> {
    const bytes = typeof payload === 'string' ? payload : Buffer.from(payload);
    await this.#whileOpen(() => this.#client.publishAsync(topic, bytes, { qos, retain }));
  }

  async subscribe(topic: string, listener: Listener): Promise<void> {
    if (this.#listeners.size === 0) this.#client.on('message', (from, bytes) => this.#hand(from, bytes));
    this.#listeners.set(topic, listener);
    await this.#whileOpen(() => this.#client.subscribeAsync(topic, { qos: 1 }));
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#reason ??= { code: 'asked', detail: null };
    this.#client.end(false);
    // A broker that does not answer a goodbye is left standing.
    const timer = setTimeout(() => this.#stream.destroy(), GOODBYE_MS);
    await this.closed;
    clearTimeout(timer);
  }

  /** A packet that waits for an answer must not wait for ever when the line is gone. */
  async #whileOpen<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new DeviceConnectionError(await this.closed);
    const gone = Promise.withResolvers<never>();
    this.#waiting.add(gone.reject);
    return Promise.race([work(), gone.promise]).finally(() => this.#waiting.delete(gone.reject));
  }

  #hand(topic: string, payload: Buffer): void {
    for (const [filter, listener] of this.#listeners) if (matches(filter, topic)) listener(topic, payload);
  }

  #end(): ClosedReason {
    this.#isClosed = true;
    // Stops the timers of the client; the stream is down already.
    this.#client.end(true);
    const reason = (this.#reason ??= { code: 'ended', detail: null });
    for (const reject of this.#waiting) reject(new DeviceConnectionError(reason));
    return reason;
  }
}

/** Topic filters (MQTT 5, 4.7). */
function matches(filter: string, topic: string): boolean {
  const wanted = filter.split('/');
  const given = topic.split('/');
  const rest = wanted.indexOf('#');
  const length = rest === -1 ? given.length : rest;
  if (rest === -1 ? wanted.length !== given.length : given.length < rest) return false;
  return wanted.slice(0, length).every((level, at) => level === '+' || level === given[at]);
}
