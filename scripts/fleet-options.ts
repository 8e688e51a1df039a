import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

export const HELP = `A fleet of virtual devices on a broker: provisioned identities, real TLS, keys that stay in the simulated chips

  npm run fleet -- --broker mqtts://host:port --ca broker-root.pem [options]

  --devices N         how many devices                                     (default 100)
  --broker URL        mqtts://host or mqtts://host:port                    (default port 8883)
  --ca FILE           certificates to trust the broker by, PEM
  --server-name NAME  name in the broker's certificate, if not that of the URL
  --issuer-cert FILE  CA that issues the devices' certificates, PEM; more certificates may follow it
  --issuer-key FILE   its private key, PEM, not encrypted
                      (default: a CA is made in the data folder; give the broker fleet-root.pem as its cafile)
  --data-dir DIR      identities are kept there: unique id, helper data, certificate; no device key ever
                      (default ./rootline-fleet)
  --rate N            new connections per second                           (default: as fast as they go)
  --at-once N         handshakes at one time                               (default 64)
  --hold SECONDS      how long to stay connected                           (default: until Ctrl+C)
  --topic PATTERN     where each device says hello; {cn}, {serial}, {id}   (default devices/{cn}/hello)
  --workers N         threads                                              (default: one per core, at most 8)
  --json              one line of JSON on standard output, nothing else
  --help              this text
`;

/** Everything a run of a fleet needs; files as paths. */
export interface FleetOptions {
  devices: number;
  broker: string;
  /** PEM file. */
  ca: string;
  serverName?: string | undefined;
  /** PEM files of the issuing CA; none = one is made in the data folder. */
  issuer?: { certificate: string; key: string } | undefined;
  dataDir: string;
  /** New connections per second; null = no limit. */
  rate: number | null;
  atOnce: number;
  /** Seconds; null = until told to stop. */
  holdSeconds: number | null;
  topic: string;
  workers: number;
}

/** A bad command line: the message is for the person who wrote it. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

const options = {
  devices: { type: 'string', default: '100' },
  broker: { type: 'string' },
  ca: { type: 'string' },
  'server-name': { type: 'string' },
  'issuer-cert': { type: 'string' },
  'issuer-key': { type: 'string' },
  'data-dir': { type: 'string', default: 'rootline-fleet' },
  rate: { type: 'string' },
  'at-once': { type: 'string', default: '64' },
  hold: { type: 'string' },
  topic: { type: 'string', default: 'devices/{cn}/hello' },
  workers: { type: 'string', default: String(Math.min(8, availableParallelism())) },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const MOST_DEVICES = 1_000_000;

function numberOf(name: string, text: string, least: number, most: number, whole = true): number {
  const value = Number(text);
  if (text === '' || !(value >= least && value <= most) || (whole && !Number.isInteger(value)))
    throw new UsageError(`--${name} takes a ${whole ? 'whole ' : ''}number from ${least} to ${most}.`);
  return value;
}

function argumentsOf(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Reads the command line. Null = the help text was asked for. Throws UsageError. */
export function parseFleet(args: readonly string[]): (FleetOptions & { json: boolean }) | null {
  const values = argumentsOf(args);
  if (values.help) return null;
  const { broker, ca, rate, hold, topic, json } = values;
  if (broker === undefined) throw new UsageError('--broker is missing.');
  if (ca === undefined) throw new UsageError('--ca is missing: the root of the broker’s certificate.');
  if (topic === '' || /[+#\0]/.test(topic)) throw new UsageError('--topic takes no +, # or zero character.');
  return {
    devices: numberOf('devices', values.devices, 1, MOST_DEVICES),
    broker,
    ca,
    serverName: values['server-name'],
    issuer: issuerOf(values['issuer-cert'], values['issuer-key']),
    dataDir: values['data-dir'],
    rate: rate === undefined ? null : numberOf('rate', rate, 0.1, 100_000, false),
    atOnce: numberOf('at-once', values['at-once'], 1, 10_000),
    holdSeconds: hold === undefined ? null : numberOf('hold', hold, 0, 31_536_000, false),
    topic,
    workers: numberOf('workers', values.workers, 1, 64),
    json,
  };
}

function issuerOf(certificate: string | undefined, key: string | undefined): FleetOptions['issuer'] {
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate === undefined || key === undefined)
    throw new UsageError('--issuer-cert and --issuer-key go together.');
  return { certificate, key };
}
