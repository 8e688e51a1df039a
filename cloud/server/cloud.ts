import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import type { Server as TlsServer } from 'node:tls';
import { openDatabase, type Db } from '#cloud/db/open.ts';
import { loadMasterKey } from '#cloud/pki/master-key.ts';
import { createApp } from './app.ts';
import { createAuthorities } from './authorities.ts';
import { configOf, urlOf, type CloudConfig, type CloudOptions } from './config.ts';
import type { CloudApp, CloudContext } from './context.ts';
import { ensureTenant } from './first-start.ts';
import { keepFresh, serverTls, stationTls } from './listeners.ts';
import { registerPublic, registerStation } from './routes.ts';
import { startWorkers } from './workers.ts';

export interface Cloud {
  publicUrl: string;
  /** Mutual TLS 1.3. */
  stationUrl: string;
  /** Only of the start that made the tenant. */
  adminToken: string | null;
  tenant: { id: string; name: string };
  /** DER. */
  root: Buffer;
  /** SHA-256 of the root. */
  rootFingerprint: string;
  context: CloudContext;
  /** Takes no new calls, lets those under way end, then closes the database. */
  close(): Promise<void>;
}

interface Parts {
  context: CloudContext & { config: CloudConfig };
  adminToken: string | null;
  closing: AbortController;
  apps: { public: CloudApp; station: CloudApp };
}

async function compose(db: Db, load: CloudContext['load'], options: CloudOptions): Promise<Parts> {
  const config = configOf(options);
  const now = options.clock ?? (() => new Date());
  const level = options.log?.level ?? 'warn';
  const master = await loadMasterKey(config.keyFile);
  const { tenant, adminToken } = await ensureTenant(db, master, config.name, now());
  const authorities = createAuthorities(db, master);
  const own = await serverTls(await authorities.of(tenant.id), config, now());
  const apps = {
    public: createApp({ tls: { ...own, ...options.tls, minVersion: 'TLSv1.2' }, level, name: 'public' }),
    station: createApp({ tls: stationTls(own, await authorities.all()), level, name: 'station' }),
  };
  const closing = new AbortController();
  const context = {
    ...{ db, config, master, authorities, home: tenant, now },
    ...{ log: apps.public.log, closing: closing.signal, load },
  };
  keepFresh(async () => {
    const fresh = await serverTls(await authorities.of(tenant.id), config, now());
    secureServer(apps.station).setSecureContext(stationTls(fresh, await authorities.all()));
    if (options.tls === undefined) secureServer(apps.public).setSecureContext(fresh);
  }, closing.signal);
  await registerPublic(apps.public, context);
  await registerStation(apps.station, context);
  return { context, adminToken, closing, apps };
}

/** Both listeners are TLS servers, whatever fastify's plain type says. */
const secureServer = (app: CloudApp): TlsServer => app.server as unknown as TlsServer;
const portOf = (app: CloudApp): number => (app.server.address() as AddressInfo).port;

async function listen({ context: { config }, apps }: Parts): Promise<void> {
  const { host } = config;
  await apps.public.listen({ host, port: config.port });
  await apps.station.listen({ host, port: config.stationPort });
  config.publicUrl = urlOf(config.publicUrl, host, portOf(apps.public));
  config.stationUrl = urlOf(config.stationUrl, host, portOf(apps.station));
}

async function closeAll({ context, closing, apps }: Parts, workers: Promise<void>): Promise<void> {
  closing.abort();
  await Promise.allSettled([apps.public.close(), apps.station.close(), workers]);
  await context.db.destroy();
}

/**
 * Starts one node of the cloud. Nodes that share a database share the master key. Throws CloudError `newer-database`,
 * `master-key-wrong`.
 */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  await mkdir(options.dataDir, { recursive: true, mode: 0o700 });
  // Whoever used the connection gets the error; the pool makes a new one.
  const load = { uploads: 0, full: false };
  const onFull = (): void => void (load.full = true);
  const db = await openDatabase({ url: options.databaseUrl, dataDir: options.dataDir, onFull });
  const parts = await compose(db, load, options).catch(async (error: unknown) => {
    await db.destroy();
    throw error;
  });
  const workers = startWorkers(parts.context);
  await listen(parts).catch(async (error: unknown) => {
    await closeAll(parts, workers);
    throw error;
  });
  const { config, authorities, home } = parts.context;
  const { root, rootFingerprint } = await authorities.of(home.id);
  return {
    ...{ publicUrl: config.publicUrl, stationUrl: config.stationUrl, adminToken: parts.adminToken },
    ...{ tenant: home, root, rootFingerprint, context: parts.context },
    close: () => closeAll(parts, workers),
  };
}
