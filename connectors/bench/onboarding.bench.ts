import { createHash } from 'node:crypto';
import type { Device } from '../connector.ts';
import { MosquittoConnector } from '../mosquitto/mosquitto-connector.ts';
import type { MosquittoMode } from '../mosquitto/options.ts';
import { LocalAuthority } from './local-authority.ts';
import { LocalBroker } from './local-broker.ts';

/** Shape of scripts/figure.ts. */
interface Figure {
  name: string;
  value: number;
  unit: string;
  goal: number | null;
}

/** Devices of the goals. */
const FLEET = 10_000;
/** What the plugin is measured with: it rewrites its file at every change, so the fleet would take minutes. */
const BY_PLUGIN = 1_000;

/** Onboarding at a Mosquitto on this machine, over TLS: each device by file, each by the plugin, and a CA at once. */
export async function benchOnboarding(): Promise<Figure[]> {
  const byFile = await register('devices-by-file', FLEET);
  const half = await register('devices', BY_PLUGIN);
  const whole = await register('devices', BY_PLUGIN * 2);
  return [
    seconds(`onboarding: ${FLEET} devices one by one, acl_file`, byFile, 10),
    seconds(`onboarding: ${BY_PLUGIN} devices one by one, dynamic security`, half, null),
    seconds(`onboarding: ${BY_PLUGIN * 2} devices one by one, dynamic security`, whole, null),
    seconds(
      `onboarding: ${FLEET} devices one by one, dynamic security, reckoned from these two`,
      reckoned([BY_PLUGIN, half], [BY_PLUGIN * 2, whole], FLEET),
      10,
    ),
    seconds(`onboarding: ${FLEET} devices by CA, until the last may publish`, await registerCa(), 1),
  ];
}

const seconds = (name: string, value: number, goal: number | null): Figure => ({
  name,
  value: Math.round(value * 1000) / 1000,
  unit: 's',
  goal,
});

/** Time of `devices` by a*n + b*n^2 through two measured points. */
function reckoned([n, t]: [number, number], [m, u]: [number, number], devices: number): number {
  const b = (u / m - t / n) / (m - n);
  const a = t / n - b * n;
  return a * devices + b * devices * devices;
}

async function register(mode: MosquittoMode, count: number): Promise<number> {
  return withBroker(mode, async (connector) => {
    const devices = Array.from({ length: count }, (_, index) => madeUp(index));
    const size = connector.capabilities.batchSize;
    const start = performance.now();
    for (let from = 0; from < count; from += size) {
      const results = await connector.registerDevices(devices.slice(from, from + size));
      const failed = results.find((result) => result.outcome !== 'ok');
      if (failed !== undefined) throw new Error(`a device was not registered: ${JSON.stringify(failed)}`);
    }
    return (performance.now() - start) / 1000;
  });
}

/** With a CA the number of devices does not matter to the broker; a real one of them shows that it is done. */
async function registerCa(): Promise<number> {
  const authority = await LocalAuthority.make('Factory CA');
  const { device } = await authority.issue('device-9999');
  const crl = await authority.crl([], new Date(Date.now() - 60_000));
  return withBroker('ca', async (connector) => {
    const start = performance.now();
    await connector.registerCa({ certificates: [authority.der], crl });
    const [result] = await connector.registerDevices([device]);
    if (result?.outcome !== 'already') throw new Error('the CA was not registered');
    return (performance.now() - start) / 1000;
  });
}

async function withBroker(
  mode: MosquittoMode,
  measure: (connector: MosquittoConnector) => Promise<number>,
): Promise<number> {
  const broker = await LocalBroker.open();
  const connector = new MosquittoConnector(broker.options(mode));
  try {
    // Signing in is not part of what is measured.
    await connector.check();
    return await measure(connector);
  } finally {
    await connector.close();
    await broker.close();
  }
}

/** Only name and fingerprint go to a broker; issuing certificates is measured elsewhere. */
function madeUp(index: number): Device {
  const name = `device-${String(index).padStart(8, '0')}`;
  const certificate = Buffer.from(name);
  const fingerprint = createHash('sha256').update(certificate).digest('hex');
  return { fingerprint, name, certificate, serial: index.toString(16), deviceId: name };
}
