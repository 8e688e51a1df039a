import { createPublicKey } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalBroker } from '#connectors/bench/local-broker.ts';
import { MosquittoConnector } from '#connectors/mosquitto/mosquitto-connector.ts';
import { buildCrl } from '#services/pki/crl.ts';
import type { Figure } from './figure.ts';
import { FLEET_ROOT, openAuthority, readCertificates, signerOf } from './fleet-authority.ts';
import type { FleetOptions } from './fleet-options.ts';
import type { FleetResult } from './fleet-result.ts';
import { runFleet } from './fleet-run.ts';

const DEVICES = 5_000;
const HOLD_SECONDS = 10;
const DAY_MS = 86_400_000;

/** Virtual devices on a local Mosquitto that knows their CA: everyone at once, a full TLS 1.3 handshake and a hello each. */
export async function benchFleet(): Promise<Figure[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rootline-fleet-bench-'));
  const broker = await LocalBroker.open();
  try {
    await registerFleet(broker, dataDir);
    let memory = Promise.resolve(0);
    const connected = () => void (memory = memoryOf(broker));
    const result = await runFleet(optionsFor(broker, dataDir), { connected });
    return [...figures(result), figure('memory of the broker with them', (await memory) / 2 ** 20, 'MiB')];
  } finally {
    await broker.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** The fleet's CA with an empty list, as a station's is made known. */
async function registerFleet(broker: LocalBroker, dataDir: string): Promise<void> {
  const { chain, key } = await openAuthority(dataDir, undefined);
  const root = readCertificates(join(dataDir, FLEET_ROOT), 'The fleet’s root');
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const dates = { thisUpdate: new Date(Date.now() - 60_000), nextUpdate: new Date(Date.now() + DAY_MS) };
  const plan = { issuer: chain[0] ?? new Uint8Array(), number: 1, ...dates, revoked: [] };
  const crl = await buildCrl(plan, signerOf(key, spki));
  const connector = new MosquittoConnector(broker.options('ca'));
  try {
    await connector.registerCa({ certificates: [...chain, ...root], crl });
  } finally {
    await connector.close();
  }
}

function optionsFor(broker: LocalBroker, dataDir: string): FleetOptions {
  return {
    ...{
      devices: DEVICES,
      broker: `mqtts://127.0.0.1:${broker.devicePort}`,
      ca: broker.files.caFile,
      dataDir,
    },
    ...{ rate: null, atOnce: 64, holdSeconds: HOLD_SECONDS, topic: 'devices/{cn}/hello' },
    workers: Math.min(8, availableParallelism()),
  };
}

/** Resident set of the broker (proc(5), VmRSS), bytes. */
async function memoryOf(broker: LocalBroker): Promise<number> {
  const pid = (await readFile(broker.files.pidFile, 'utf8')).trim();
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}

const figure = (name: string, value: number, unit: string, goal: number | null = null): Figure => ({
  name: `onboarding: ${DEVICES} virtual devices, ${name}`,
  value,
  unit,
  goal,
});

function figures({ connected, publishes, lost, seconds, cpuSeconds, ...sizes }: FleetResult): Figure[] {
  const gone = Object.values(lost).reduce((sum, count) => sum + count, 0);
  return [
    figure('connected', connected, 'devices', DEVICES),
    figure('hello taken by the broker', publishes, 'devices', DEVICES),
    figure(`lost while held for ${HOLD_SECONDS} s`, gone, 'devices', 0),
    figure('made: enrolled, certified, injected', seconds.provision, 's'),
    figure('powered up', seconds.powerUp, 's'),
    figure('from the first socket to the last hello', seconds.connect, 's'),
    figure('processor time of the fleet for that', cpuSeconds.connect, 's'),
    figure('memory of the fleet', sizes.rssBytes / 2 ** 20, 'MiB'),
    figure('memory for one device', sizes.perConnectionBytes / 1024, 'KiB'),
  ];
}
