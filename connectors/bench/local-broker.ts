import { once } from 'node:events';
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { mosquittoConfig } from '../mosquitto/config.ts';
import { initialDynsec } from '../mosquitto/initial-dynsec.ts';
import type { BrokerFiles, MosquittoMode, MosquittoOptions } from '../mosquitto/options.ts';
import { toPem } from '../mosquitto/pem.ts';
import { LocalAuthority } from './local-authority.ts';

const PLUGIN = process.env['MOSQUITTO_DYNSEC'] ?? '/usr/lib/x86_64-linux-gnu/mosquitto_dynamic_security.so';
const START_MS = 15_000;

/** Sign-in of the one administrator; the broker lives on this machine's loopback and no longer than the caller. */
export const ADMINISTRATOR = { username: 'rootline/admin', password: 'a-password-of-a-test' };

type Broker = ChildProcessByStdio<null, null, Readable>;

/** A real Mosquitto on TLS with the dynamic security plugin, for tests and measurements; stop and start keep its state. */
export class LocalBroker {
  readonly folder: string;
  /** Issuer of the broker's own certificate, and trusted for devices from the start. */
  readonly authority: LocalAuthority;
  /** Port for devices: certificate required, its common name is the user. */
  readonly devicePort: number;
  readonly adminPort: number;
  readonly files: Record<keyof BrokerFiles, string>;
  #process: Broker | null = null;
  readonly #watchers = new Set<(line: string) => void>();

  private constructor(folder: string, authority: LocalAuthority, ports: [number, number]) {
    this.folder = folder;
    this.authority = authority;
    [this.devicePort, this.adminPort] = ports;
    this.files = {
      crlFile: join(folder, 'revoked.pem'),
      caDirectory: join(folder, 'cas'),
      caFile: join(folder, 'ca.pem'),
      aclFile: join(folder, 'acl'),
      pidFile: join(folder, 'mosquitto.pid'),
    };
  }

  /** Made and started. `under` is where its folder goes; a memory file system for measurements. */
  static async open(under = tmpdir()): Promise<LocalBroker> {
    const folder = await mkdtemp(join(under, 'rootline-mosquitto-'));
    const authority = await LocalAuthority.make('Broker CA');
    const broker = new LocalBroker(folder, authority, [await freePort(), await freePort()]);
    await broker.#write();
    await broker.start();
    return broker;
  }

  /** Settings of a connector to this broker, which knows all its files. */
  options(mode: MosquittoMode, id = 'local'): MosquittoOptions {
    const url = `mqtts://localhost:${this.adminPort}`;
    return { id, mode, url, ca: this.authority.pem, credentials: ADMINISTRATOR, files: this.files };
  }

  async start(): Promise<void> {
    const config = join(this.folder, 'mosquitto.conf');
    const broker = spawn('mosquitto', ['-c', config], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#process = broker;
    const lines: string[] = [];
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    createInterface({ input: broker.stderr }).on('line', (line) => {
      if (lines.length < 50) lines.push(line);
      if (/ running$/.test(line)) resolve(undefined);
      for (const watcher of this.#watchers) watcher(line);
    });
    const timer = setTimeout(() => {
      reject(new Error('mosquitto did not start in time'));
    }, START_MS);
    broker.once('error', reject);
    broker.once('exit', () => {
      reject(new Error(`mosquitto ended: ${lines.join(' | ')}`));
    });
    await promise.finally(() => clearTimeout(timer));
  }

  /** Resolves with the next line of the broker's log that matches. */
  async logged(pattern: RegExp): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<string>();
    const watcher = (line: string): void => {
      if (pattern.test(line)) resolve(line);
    };
    this.#watchers.add(watcher);
    return promise.finally(() => this.#watchers.delete(watcher));
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const broker = this.#process;
    this.#process = null;
    if (broker === null || broker.exitCode !== null || broker.signalCode !== null) return;
    const ended = once(broker, 'exit');
    broker.kill(signal);
    await ended;
  }

  async close(): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #write(): Promise<void> {
    const write = async (name: string, text: string): Promise<string> => {
      const path = join(this.folder, name);
      await writeFile(path, text, { mode: 0o600 });
      return path;
    };
    const server = await this.authority.issueServer();
    // A minute back: a list must be later than the one before it, by whole seconds.
    const empty = await this.authority.crl([], new Date(Date.now() - 60_000));
    await mkdir(this.files.caDirectory);
    await write('ca.pem', this.authority.pem);
    await write('revoked.pem', toPem(empty, 'X509 CRL'));
    await write('acl', '');
    const config = mosquittoConfig({
      port: this.devicePort,
      passwordPort: this.adminPort,
      bindAddress: '127.0.0.1',
      certFile: await write('server.pem', server.certificate),
      keyFile: await write('server.key', server.key),
      ...this.files,
      dynsecFile: await write('dynsec.json', await initialDynsec(ADMINISTRATOR)),
      dynsecPlugin: PLUGIN,
    });
    // Started by root it would change to a user that cannot read this folder.
    const user = process.getuid?.() === 0 ? 'user root\n' : '';
    await write('mosquitto.conf', `${user}log_type error\nlog_type information\nlog_dest stderr\n${config}`);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
