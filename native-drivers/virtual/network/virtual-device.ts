import { X509Certificate } from 'node:crypto';
import { connect as connectSocket } from 'node:net';
import { MqttClient, type IClientOptions } from 'mqtt';
import { DriverError } from '#drivers/core/errors.ts';
import type { RunningChip } from './chip.ts';
import { DeviceConnectionError, reasonOf, type ClosedReason } from './closed-reason.ts';
import { TlsStream } from './tls/tls-stream.ts';
import type { TrustedRoots } from './tls/trusted-roots.ts';

export interface BrokerAddress {
  /** `mqtts://host` or `mqtts://host:port`; the port is 8883 where none stands. */
  url: string;
  roots: TrustedRoots;
  /** Name in the broker's certificate, where the device reaches it under another. */
  serverName?: string;
}

export interface ConnectOptions extends BrokerAddress {
  /** MQTT client identifier; default the common name. */
  clientId?: string;
  /** Seconds between signs of life; 0 = none. Default 60. */
  keepalive?: number;
  /** Longest time to a finished TLS handshake, and to CONNACK, ms. Default 30,000. */
  timeoutMs?: number;
}

type Listener = (topic: string, payload: Buffer) => void;

/** A device's MQTT 5 session. */
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

const DEFAULT_PORT = 8883;
const TIMEOUT_MS = 30_000;
/** Longest time that closing takes, ms. */
const GOODBYE_MS = 5000;

/** A provisioned part in the field: its chip, a network stack, an MQTT client. */
export class VirtualDevice {
  readonly chip: RunningChip;
  /** The subject's serialNumber and common name, as a station injected them. */
  readonly serial: string;
  readonly commonName: string;

  constructor(chip: RunningChip) {
    this.chip = chip;
    const [leaf] = chip.chain;
    const { subject } = new X509Certificate(leaf ?? '');
    this.serial = /^serialNumber=(.+)$/m.exec(subject)?.[1] ?? '';
    this.commonName = /^CN=(.+)$/m.exec(subject)?.[1] ?? '';
  }

  get deviceId(): string {
    return this.chip.deviceId;
  }

  /**
   * A session over TLS 1.3 that the chip signs for. Rejects with DeviceConnectionError; a broker that does not ask for
   * the certificate is refused too. A broker that refuses the certificate may say so only after the handshake.
   */
  async connect(options: ConnectOptions): Promise<DeviceConnection> {
    const stream = this.#openTls(options);
    const client = new MqttClient(() => stream, this.#mqttOptions(options));
    const session = new Session(client, stream);
    await session.connected();
    return session;
  }

  #openTls({ url, roots, serverName, timeoutMs = TIMEOUT_MS }: ConnectOptions): TlsStream {
    const { hostname, port } = brokerOf(url);
    const socket = connectSocket({ host: hostname, port, noDelay: true });
    return new TlsStream(socket, {
      host: serverName ?? hostname,
      authenticate: (chain, host) => roots.authenticate(chain, host),
      identity: { chain: this.chain(), sign: (content) => this.chip.signHandshake(content) },
      handshakeTimeoutMs: timeoutMs,
    });
  }

  /** What the device shows: its own certificate and what stands above it. */
  protected chain(): readonly Uint8Array[] {
    return this.chip.chain;
  }

  #mqttOptions({ clientId, keepalive = 60, timeoutMs = TIMEOUT_MS }: ConnectOptions): IClientOptions {
    return {
      clientId: clientId ?? this.commonName,
      protocolVersion: 5,
      keepalive,
      connectTimeout: timeoutMs,
      reconnectPeriod: 0,
      clean: true,
      resubscribe: false,
      timerVariant: 'native',
    };
  }
}

/** Host and port of a broker's URL. Throws DriverError `bad-argument`. */
export function brokerOf(url: string): { hostname: string; port: number } {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed?.protocol !== 'mqtts:' || parsed.hostname === '')
    throw new DriverError('bad-argument', 'A broker is named by mqtts://host or mqtts://host:port.');
  const hostname = parsed.hostname.replace(/^\[|\]$/g, '');
  return { hostname, port: parsed.port === '' ? DEFAULT_PORT : Number(parsed.port) };
}

class Session implements DeviceConnection {
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
