import { X509Certificate } from 'node:crypto';
import { connect as connectSocket } from 'node:net';
import { MqttClient, type IClientOptions } from 'mqtt';
import { DriverError } from '#drivers/core/errors.ts';
import type { RunningChip } from './chip.ts';
import { DeviceSession, type DeviceConnection } from './device-session.ts';
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

const DEFAULT_PORT = 8883;
const TIMEOUT_MS = 30_000;

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
    const session = new DeviceSession(client, stream);
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
