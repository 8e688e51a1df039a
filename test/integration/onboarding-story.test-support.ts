import { connect, type MqttClient } from 'mqtt';
import { addCa } from '#connectors/mosquitto/ca-directory.ts';
import { DynsecSession } from '#connectors/mosquitto/dynsec-session.ts';
import { parseMosquittoOptions, type MosquittoMode } from '#connectors/mosquitto/options.ts';
import { ADMINISTRATOR, LocalBroker } from '#connectors/bench/local-broker.ts';
import { DeviceConnectionError, reasonKey } from '#drivers/virtual/network/closed-reason.ts';
import type { DeviceConnection } from '#drivers/virtual/network/device-session.ts';
import { TrustedRoots } from '#drivers/virtual/network/tls/trusted-roots.ts';
import type { VirtualDevice } from '#drivers/virtual/network/virtual-device.ts';

const BACKEND = 'plant-backend';

/** What a plant's own software hears of its devices. */
export class Subscriber {
  readonly #client: MqttClient;
  readonly #heard: string[] = [];
  readonly #waiting = new Set<() => void>();

  private constructor(client: MqttClient) {
    this.#client = client;
    client.on('message', (topic, payload) => {
      this.#heard.push(`${topic} ${payload.toString()}`);
      for (const look of this.#waiting) look();
    });
  }

  /** Signs in with a certificate whose name the broker's administrator lets hear all devices. */
  static async open(broker: LocalBroker): Promise<Subscriber> {
    const session = new DynsecSession(parseMosquittoOptions(broker.options('devices')));
    const types = ['subscribePattern', 'publishClientReceive'] as const;
    const acls = types.map((acltype) => ({ acltype, topic: 'devices/#', allow: true }));
    const roles = [{ rolename: 'backend' }];
    await session.send([{ command: 'createRole', rolename: 'backend', acls }], 1);
    await session.send([{ command: 'createClient', username: BACKEND, textname: '', roles }], 1);
    await session.close();
    const { certificate: cert, key } = await broker.authority.issue(BACKEND);
    const client = connect({
      ...{ protocol: 'mqtts', host: 'localhost', port: broker.devicePort, ca: broker.authority.pem },
      ...{ cert, key, protocolVersion: 5, reconnectPeriod: 0 },
    });
    const subscriber = new Subscriber(client);
    await client.subscribeAsync('devices/#', { qos: 1 });
    return subscriber;
  }

  /** Resolves once it has been heard. */
  async heard(topic: string, payload: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const look = () => {
      if (this.#heard.includes(`${topic} ${payload}`)) resolve(undefined);
    };
    this.#waiting.add(look);
    look();
    await promise.finally(() => this.#waiting.delete(look));
  }

  async close(): Promise<void> {
    await this.#client.endAsync(true);
  }
}

/** Settings of a target at this broker, as a form would send them. */
export function targetAt(broker: LocalBroker, name: string, mode: MosquittoMode) {
  const { crlFile, aclFile, caDirectory, pidFile } = broker.files;
  return {
    ...{ name, mode, url: `mqtts://localhost:${broker.adminPort}`, ca: broker.authority.pem },
    ...ADMINISTRATOR,
    ...{ crlFile, aclFile: mode === 'devices' ? '' : aclFile },
    ...{ caDirectory: mode === 'ca' ? caDirectory : '', pidFile },
  };
}

/** What the owner of a broker does once by hand where no whole CA is registered: trust the station's. */
export async function trust(broker: LocalBroker, certificates: readonly Uint8Array[]): Promise<void> {
  for (const certificate of certificates) await addCa(broker.files.caDirectory, certificate);
}

export const connectTo = (broker: LocalBroker, device: VirtualDevice): Promise<DeviceConnection> =>
  device.connect({
    url: `mqtts://127.0.0.1:${broker.devicePort}`,
    roots: new TrustedRoots(broker.authority.pem),
  });

/** Why the broker does not take the device; throws where it does. */
export async function refusalOf(broker: LocalBroker, device: VirtualDevice): Promise<string> {
  try {
    const connection = await connectTo(broker, device);
    await connection.close();
  } catch (error) {
    if (error instanceof DeviceConnectionError) return reasonKey(error);
    throw error;
  }
  throw new Error(`${device.commonName} was let in`);
}
