import { X509Certificate } from 'node:crypto';
import type { CaRegistration, Capabilities, Connector, Device, DeviceResult, Health } from '../connector.ts';
import { ConnectorError } from '../errors.ts';
import { BrokerFileSet } from './broker-files.ts';
import {
  conflict,
  readClients,
  registerClients,
  revokeClients,
  unregisterClients,
} from './dynsec-devices.ts';
import { parseDefaults } from './dynsec-messages.ts';
import { DynsecSession } from './dynsec-session.ts';
import {
  isDeviceName,
  parseMosquittoOptions,
  type MosquittoOptions,
  type MosquittoSettings,
} from './options.ts';
import { reloadByPidFile, type Reload } from './reload.ts';

/** Devices of one call: small where the broker pays for each (docs/onboarding.md), large where a file is written once. */
const BATCH = { devices: 200, 'devices-by-file': 5_000, ca: 5_000 } as const;

export interface MosquittoHooks {
  /** In the place of the signal by pid file. */
  reload?: Reload;
  /** Milliseconds since the epoch, on the broker's clock. */
  now?: () => number;
}

/** A Mosquitto broker as an onboarding target. */
export class MosquittoConnector implements Connector {
  readonly id: string;
  readonly kind = 'mosquitto';
  readonly capabilities: Capabilities;
  readonly #settings: MosquittoSettings;
  readonly #session: DynsecSession;
  readonly #files: BrokerFileSet;
  readonly #reload: Reload;
  #safe = false;

  constructor(options: MosquittoOptions, { reload, now = Date.now }: MosquittoHooks = {}) {
    const settings = parseMosquittoOptions(options);
    const { files } = settings;
    this.id = settings.id;
    this.#settings = settings;
    this.#session = new DynsecSession(settings);
    this.#reload = reload ?? (files.pidFile === undefined ? noReload : reloadByPidFile(files.pidFile));
    this.#files = new BrokerFileSet(settings, async (signal) => this.#load(signal), now);
    this.capabilities = {
      registersDevices: settings.mode !== 'ca',
      registersCa: settings.mode === 'ca',
      revokes: true,
      publishesCrl: files.crlFile !== undefined,
      batchSize: BATCH[settings.mode],
      ratePerSecond: settings.ratePerSecond,
    };
  }

  async check(signal?: AbortSignal): Promise<Health> {
    try {
      await this.#requireSafe(signal);
      await this.#files.requireReachable();
      await this.#files.requireListsInForce();
      const sentence = `The broker at ${new URL(this.#settings.url).host} answers, and lets this administrator register devices.`;
      return { ok: true, code: null, sentence };
    } catch (cause) {
      if (!(cause instanceof ConnectorError)) throw cause;
      return { ok: false, code: cause.code, sentence: cause.message };
    }
  }

  async registerCa(ca: CaRegistration, signal?: AbortSignal): Promise<'ok' | 'already'> {
    return (await this.#files.registerCa(ca, signal)) ? 'ok' : 'already';
  }

  async unregisterCa(ca: CaRegistration, signal?: AbortSignal): Promise<'ok' | 'already'> {
    return (await this.#files.unregisterCa(ca, signal)) ? 'ok' : 'already';
  }

  async registerDevices(devices: readonly Device[], signal?: AbortSignal): Promise<DeviceResult[]> {
    return this.#suitable(devices, async (fit) => {
      if (!this.#safe) await this.#requireSafe(signal);
      if (this.#settings.mode === 'devices')
        return registerClients(this.#session, this.#settings, fit, signal);
      return this.#notRevoked(fit, signal, async (rest) =>
        this.#settings.mode === 'ca' ? this.#issuedByCa(rest) : this.#files.addDevices(rest, signal),
      );
    });
  }

  async revokeDevices(devices: readonly Device[], signal?: AbortSignal): Promise<DeviceResult[]> {
    return this.#suitable(devices, async (fit) => {
      const results = await revokeClients(this.#session, this.#settings.devicesPerPublish, fit, signal);
      if (this.#settings.mode === 'devices-by-file') await this.#files.removeDevices(fit, signal);
      return results;
    });
  }

  async unregisterDevices(devices: readonly Device[], signal?: AbortSignal): Promise<DeviceResult[]> {
    return this.#suitable(devices, async (fit) => {
      if (this.#settings.mode === 'devices-by-file') await this.#files.removeDevices(fit, signal);
      return unregisterClients(this.#session, this.#settings.devicesPerPublish, fit, signal);
    });
  }

  async publishCrl(crl: Uint8Array, signal?: AbortSignal): Promise<'ok' | 'already'> {
    return (await this.#files.publishCrl(crl, signal)) ? 'ok' : 'already';
  }

  async close(): Promise<void> {
    await this.#session.close();
  }

  /** Names that could reach beyond their own topics are refused here; the broker never hears of them. */
  async #suitable(
    devices: readonly Device[],
    work: (fit: Device[]) => Promise<DeviceResult[]>,
  ): Promise<DeviceResult[]> {
    return inOrder(devices, (device) => (isDeviceName(device.name) ? null : unsuitable(device)), work);
  }

  /** By file and by CA the plugin knows only those that were revoked. */
  async #notRevoked(
    devices: readonly Device[],
    signal: AbortSignal | undefined,
    work: (rest: Device[]) => Promise<DeviceResult[]>,
  ): Promise<DeviceResult[]> {
    const names = devices.map((device) => device.name);
    const known = await readClients(this.#session, names, signal);
    const errors = new Map(
      devices.map((device, index) => {
        const client = known[index];
        return [device, client === undefined ? null : conflict(device, client)];
      }),
    );
    const verdict = (device: Device): DeviceResult | null => {
      const error = errors.get(device) ?? null;
      return error === null ? null : { fingerprint: device.fingerprint, outcome: 'failed', error };
    };
    return inOrder(devices, verdict, work);
  }

  /** With its CA registered a device has nothing more to be told; only strangers are sorted out. */
  async #issuedByCa(devices: readonly Device[]): Promise<DeviceResult[]> {
    const cas = await this.#files.cas();
    return devices.map((device) => {
      const { fingerprint } = device;
      if (cas === null || isIssuedByOne(device, cas)) return { fingerprint, outcome: 'already' };
      return { fingerprint, outcome: 'failed', error: STRANGER };
    });
  }

  /**
   * With access by default a registered device would hear the others: an `acl_file` lets it subscribe to anything,
   * and the plugin, asked first, would let it receive. `mosquitto_ctrl dynsec init` of 2.0.11 sets it like that.
   */
  async #requireSafe(signal: AbortSignal | undefined): Promise<void> {
    const [answer] = await this.#session.send([{ command: 'getDefaultACLAccess' }], 1, signal);
    const open = answer === undefined ? null : parseDefaults(answer);
    const host = new URL(this.#settings.url).host;
    if (open === null)
      throw new ConnectorError(
        'bad-answer',
        `The broker at ${host} does not tell its default access. It is asked again.`,
      );
    const bad = ['publishClientSend', 'publishClientReceive', 'subscribe'].filter((type) => open.has(type));
    this.#safe = bad.length === 0;
    if (this.#safe) return;
    throw new ConnectorError(
      'unsafe',
      `The broker at ${host} lets everyone in it ${bad.join(', ')} by default: devices would hear each other. Nothing was registered. Run "mosquitto_ctrl dynsec setDefaultACLAccess ${bad[0]} deny", then try again.`,
      { context: { host, bad: bad.join(',') } },
    );
  }

  /** The signal is handled between two rounds of the broker's loop: after two answers the files have been read. */
  async #load(signal: AbortSignal | undefined): Promise<void> {
    await this.#reload(signal);
    await this.#ping(signal);
    await this.#ping(signal);
  }

  async #ping(signal: AbortSignal | undefined): Promise<void> {
    await this.#session.send([{ command: 'getDefaultACLAccess' }], 1, signal);
  }
}

const STRANGER = {
  code: 'bad-certificate',
  message:
    'The CA that issued this certificate is not registered at the broker. The device has no access. Register the CA; the device is tried again.',
  // A CA may be registered a moment later: its station has just joined, or its list is still under way.
  retry: 'later',
} as const;

function isIssuedByOne(device: Device, cas: readonly X509Certificate[]): boolean {
  try {
    const certificate = new X509Certificate(device.certificate);
    return cas.some((ca) => certificate.checkIssued(ca) && certificate.verify(ca.publicKey));
  } catch {
    // Not a certificate: nobody issued it.
    return false;
  }
}

function unsuitable({ fingerprint, name }: Device): DeviceResult {
  const message = `"${name}" cannot be a name at the broker: it must be 1 to 128 letters, digits or . _ : @ = -. The device has no access. Issue a certificate with another common name.`;
  return { fingerprint, outcome: 'failed', error: { code: 'name-unsuitable', message, retry: 'never' } };
}

/** Verdicts first, then work on those without one; results in the order asked. */
async function inOrder(
  devices: readonly Device[],
  verdict: (device: Device) => DeviceResult | null,
  work: (rest: Device[]) => Promise<DeviceResult[]>,
): Promise<DeviceResult[]> {
  const verdicts = devices.map(verdict);
  const rest = devices.filter((_, index) => verdicts[index] === null);
  const worked = rest.length === 0 ? [] : await work(rest);
  let next = 0;
  return verdicts.map((known) => {
    if (known !== null) return known;
    const result = worked[next];
    next += 1;
    if (result === undefined) throw new ConnectorError('bad-answer', 'A device was left without a result.');
    return result;
  });
}

async function noReload(): Promise<void> {
  return Promise.reject(
    new ConnectorError(
      'reload',
      'The broker was not told to read its files again: neither a pid file nor another way is in the settings. They are written; it goes on with the old ones. Name one of them.',
    ),
  );
}
