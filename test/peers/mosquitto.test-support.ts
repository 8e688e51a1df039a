import { connect, ErrorWithReasonCode, ErrorWithSubackPacket, type MqttClient } from 'mqtt';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { Identity } from '#connectors/bench/local-authority.ts';
import type { LocalBroker } from '#connectors/bench/local-broker.ts';

/** How a device was let go: the reason code of the broker's last word, or null when it said none. */
export interface Ended {
  reasonCode: number | null;
}

export const ALLOWED = 0;
/** Administrative action (MQTT 5 section 3.14.2.1). */
export const THROWN_OUT = 0x98;
/** Not authorized (MQTT 5 section 3.4.2.1). */
export const NOT_AUTHORIZED = 0x87;

/** A device that signs in with its certificate and does not come back by itself. */
export class ConnectedDevice {
  readonly ended: Promise<Ended>;
  /** Topic of the first message that the broker delivered to it. */
  readonly firstMessage: Promise<string>;
  readonly #client: MqttClient;

  constructor(client: MqttClient) {
    this.#client = client;
    this.firstMessage = new Promise((resolve) => {
      client.once('message', (topic) => resolve(topic));
    });
    this.ended = endOf(client);
  }

  /** `ALLOWED`, or the reason code by which the broker refused. */
  async publish(topic: string): Promise<number> {
    return answerTo(this.#client.publishAsync(topic, 'x', { qos: 1 }));
  }

  /** `ALLOWED`, or the reason code by which the broker refused. */
  async subscribe(topic: string): Promise<number> {
    return answerTo(this.#client.subscribeAsync(topic, { qos: 1 }));
  }

  async close(): Promise<void> {
    await this.#client.endAsync(true);
  }
}

async function endOf(client: MqttClient): Promise<Ended> {
  const { promise, resolve } = Promise.withResolvers<Ended>();
  let reasonCode: number | null = null;
  client.on('disconnect', (packet) => (reasonCode = packet.reasonCode ?? null));
  client.on('error', () => undefined);
  client.once('close', () => resolve({ reasonCode }));
  return promise;
}

async function answerTo(request: Promise<unknown>): Promise<number> {
  try {
    await request;
    return ALLOWED;
  } catch (error) {
    if (error instanceof ErrorWithReasonCode) return error.code;
    if (error instanceof ErrorWithSubackPacket) return Number(error.packet.granted[0]);
    throw error;
  }
}

/** Connects as this device; rejects with the error of TLS or MQTT when the broker does not want it. */
export async function connectDevice(broker: LocalBroker, identity: Identity): Promise<ConnectedDevice> {
  const client = connect({
    protocol: 'mqtts',
    host: 'localhost',
    port: broker.devicePort,
    ca: broker.authority.pem,
    cert: identity.certificate,
    key: identity.key,
    clientId: identity.device.name,
    protocolVersion: 5,
    reconnectPeriod: 0,
  });
  const { promise, resolve, reject } = Promise.withResolvers<ConnectedDevice>();
  client.once('connect', () => resolve(new ConnectedDevice(client)));
  client.once('error', reject);
  client.once('close', () => reject(new Error('closed before it was connected')));
  return promise;
}

/** The code by which TLS or MQTT refused a device; throws when it was let in. */
export async function refusalOf(broker: LocalBroker, identity: Identity): Promise<string> {
  let device: ConnectedDevice;
  try {
    device = await connectDevice(broker, identity);
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
  await device.close();
  throw new Error(`${identity.device.name} was let in`);
}

/** CONNECT of MQTT 3.1.1 with client id "AA" (section 3.1), by hand: the library keeps no TLS session. */
const CONNECT = Buffer.from([0x10, 0x0e, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 60, 0, 2, 0x41, 0x41]);

/** A TLS session that a device got from the broker and could come back with. */
export async function keptSession(broker: LocalBroker, identity: Identity): Promise<Buffer> {
  const socket = openTls(broker, identity);
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  socket.on('error', reject);
  socket.once('session', resolve);
  socket.once('secureConnect', () => socket.write(CONNECT));
  return promise.finally(() => socket.destroy());
}

/** Whether a device that offers that session, beside its certificate, is answered by MQTT. */
export async function connectsWith(
  broker: LocalBroker,
  identity: Identity,
  session: Buffer,
): Promise<boolean> {
  const socket = openTls(broker, identity, session);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  socket.on('error', () => undefined);
  socket.once('secureConnect', () => socket.write(CONNECT));
  socket.once('data', () => resolve(true));
  socket.once('close', () => resolve(false));
  return promise.finally(() => socket.destroy());
}

function openTls(broker: LocalBroker, identity: Identity, session?: Buffer): TLSSocket {
  const { key, certificate } = identity;
  const resumed = session === undefined ? {} : { session };
  const ca = broker.authority.pem;
  return connectTls({ host: 'localhost', port: broker.devicePort, ca, key, cert: certificate, ...resumed });
}
