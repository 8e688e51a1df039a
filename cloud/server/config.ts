import { isIP } from 'node:net';
import { join } from 'node:path';

export interface CloudOptions {
  /** Master key, and the embedded database where there is no `databaseUrl`. */
  dataDir: string;
  databaseUrl?: string | undefined;
  /** Default `<dataDir>/master.key`. */
  keyFile?: string | undefined;
  /** Address to listen on. Default 127.0.0.1. */
  host?: string;
  /** Console, API, join, EST, CRL. Default 0: any free port. */
  port?: number;
  stationPort?: number;
  /** Name of the tenant made at first start. */
  name?: string;
  /** As others reach us, without a path: `https://cloud.example:8443`. */
  publicUrl?: string | undefined;
  stationUrl?: string | undefined;
  /** Certificate chain and key of the public listener, PEM; otherwise from the tenant's own authority. */
  tls?: { cert: string; key: string } | undefined;
  /** Built console; none: the console is not served. */
  consoleFolder?: string | undefined;
  /** Background work (record checks) runs on this node. Default true. */
  background?: boolean;
  log?: { level: string };
  clock?: () => Date;
}

export interface CloudConfig {
  dataDir: string;
  keyFile: string;
  host: string;
  port: number;
  stationPort: number;
  name: string;
  /** Known once the listeners stand. */
  publicUrl: string;
  stationUrl: string;
  consoleFolder: string | null;
  background: boolean;
  version: string;
}

/** Days that a station's certificates last; they are renewed from two thirds of it on. */
export const STATION_DAYS = 90;
/** An invitation waits this long. */
export const INVITATION_HOURS = 24;
/** Wrong proofs that an invitation stands. */
export const INVITATION_TRIES = 10;
/** A session that was heard of this recently is alive. */
export const SESSION_SECONDS = 60;

export const VERSION = '0.1.0';

export function configOf(options: CloudOptions): CloudConfig {
  const { dataDir, host = '127.0.0.1', port = 0, stationPort = 0, name = 'Rootline cloud' } = options;
  return {
    ...{ dataDir, host, port, stationPort, name, version: VERSION },
    keyFile: options.keyFile ?? join(dataDir, 'master.key'),
    publicUrl: options.publicUrl ?? '',
    stationUrl: options.stationUrl ?? '',
    consoleFolder: options.consoleFolder ?? null,
    background: options.background ?? true,
  };
}

const ANY = new Set(['0.0.0.0', '::']);

/** URL of a listener: what was told, or where it stands. */
export function urlOf(told: string, host: string, port: number): string {
  if (told !== '') return told;
  const name = ANY.has(host) ? 'localhost' : isIP(host) === 6 ? `[${host}]` : host;
  return `https://${name}:${port}`;
}
