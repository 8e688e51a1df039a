import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createQdidSession } from '#drivers/roots-of-trust/qdid/session.ts';
import { PartInMemory, WireInMemory } from '#drivers/virtual/agent/part-in-memory.ts';
import { RunningChip } from '#drivers/virtual/network/chip.ts';
import { buildCrl } from '#services/pki/crl.ts';
import { createIssuer, type Issuer } from '#services/pki/issuer.ts';
import { hardwareTypeOf } from '#services/pki/profile.ts';
import { newAuthority } from '#services/pki/pki-fixtures.ts';

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server: Server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Resolves when something listens there; a program that ends before that rejects. */
export async function listening(port: number, program: ChildProcess, output: () => string): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    if (program.exitCode !== null || Date.now() > deadline) throw new Error(`no server: ${output()}`);
    const socket = connect(port, '127.0.0.1');
    const isUp = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (isUp) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A folder of its own with programs in it; `stop` ends and removes all. */
export class Bench {
  readonly folder = mkdtempSync(join(tmpdir(), 'rootline-tls-'));
  readonly #programs: ChildProcess[] = [];

  path(name: string): string {
    return join(this.folder, name);
  }

  folderFor(name: string): string {
    mkdirSync(this.path(name), { recursive: true });
    return this.path(name);
  }

  file(name: string, content: string | Uint8Array): string {
    writeFileSync(this.path(name), content, { mode: 0o600 });
    return this.path(name);
  }

  openssl(...args: string[]): void {
    execFileSync('openssl', args, { cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** Starts a server and waits until it listens. What it prints is collected. */
  async serve(program: string, args: string[], port: number, env: NodeJS.ProcessEnv = {}) {
    const child = spawn(program, args, {
      cwd: this.folder,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    this.#programs.push(child);
    let output = '';
    child.stdout.on('data', (text: Buffer) => (output += text.toString()));
    child.stderr.on('data', (text: Buffer) => (output += text.toString()));
    await listening(port, child, () => output);
    return { child, output: () => output };
  }

  async stop(): Promise<void> {
    for (const child of this.#programs) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const EXTENSIONS: Record<string, string> = {
  ca: 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign',
  server:
    'basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\nsubjectAltName=DNS:broker.test,IP:127.0.0.1',
};

/** How a certificate is to be made by OpenSSL. */
export interface Wanted {
  name: string;
  /** Name of the issuing certificate; none = self-signed. */
  issuer?: string;
  key?: string[];
  extensions?: string;
  /** Further arguments of `openssl x509 -req`. */
  options?: string[];
}

const P256 = ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'];

/** `<name>.key` and `<name>.pem`, made by OpenSSL. */
export function makeCertificate(bench: Bench, wanted: Wanted): void {
  const {
    name,
    issuer,
    key = P256,
    extensions = EXTENSIONS['server'] ?? '',
    options = ['-days', '30'],
  } = wanted;
  bench.openssl('genpkey', ...key, '-out', `${name}.key`);
  bench.openssl('req', '-new', '-key', `${name}.key`, '-subj', `/CN=${name}`, '-out', `${name}.csr`);
  bench.file(`${name}.ext`, extensions);
  const signer =
    issuer === undefined ? ['-signkey', `${name}.key`] : ['-CA', `${issuer}.pem`, '-CAkey', `${issuer}.key`];
  const serial = ['-set_serial', String(1000 + Math.floor(Math.random() * 1e9))];
  bench.openssl(
    'x509',
    '-req',
    '-in',
    `${name}.csr`,
    ...signer,
    ...serial,
    '-extfile',
    `${name}.ext`,
    ...options,
    '-out',
    `${name}.pem`,
  );
}

/** A CA of servers, `root`, and a server certificate, `broker`, for broker.test and 127.0.0.1. */
export function makeServerPki(bench: Bench): void {
  makeCertificate(bench, { name: 'root', extensions: EXTENSIONS['ca'] ?? '' });
  makeCertificate(bench, { name: 'broker', issuer: 'root' });
}

/** Extensions of a CA. */
export const caExtensions = EXTENSIONS['ca'] ?? '';

export const pem = (der: Uint8Array, label = 'CERTIFICATE'): string =>
  `-----BEGIN ${label}-----\n${Buffer.from(der)
    .toString('base64')
    .replace(/(.{64})/g, '$1\n')}\n-----END ${label}-----\n`;

/** The authority of a station, and its certificates in `devices.pem` for a server to trust. */
export const makeDeviceAuthority = async (bench: Bench): Promise<Issuer> =>
  (await makeRevokingAuthority(bench)).issuer;

/** The same, with a list of revoked certificates: PEM, of the serials given. */
export async function makeRevokingAuthority(bench: Bench) {
  const { root, issuing, issuingSigner } = await newAuthority();
  bench.file('devices.pem', pem(root) + pem(issuing));
  const issuer = await createIssuer({ signer: issuingSigner, certificate: issuing });
  const crl = async (serials: readonly string[]): Promise<string> => {
    const at = new Date(Date.now() - 60_000);
    const nextUpdate = new Date(Date.now() + 86_400_000);
    const revoked = serials.map((serial) => ({ serial, at, reason: 'keyCompromise' as const }));
    const der = await buildCrl(
      { issuer: issuing, number: 1, thisUpdate: at, nextUpdate, revoked },
      issuingSigner,
    );
    return pem(der, 'X509 CRL');
  };
  return { issuer, crl };
}

/** A part that went through what a station does: enrolled, certified, injected. */
export async function provision(issuer: Issuer, part = new PartInMemory()): Promise<PartInMemory> {
  const context = { signal: new AbortController().signal, progress: () => undefined };
  const session = createQdidSession(new WireInMemory(part));
  const { deviceId } = (await session.enrol(context)).output;
  const serial = deviceId.slice(0, 32);
  const { csr } = (await session.csr({ subjectSerial: serial }, context)).output;
  const { der } = await issuer.issue({
    csr,
    deviceId,
    chipUid: Buffer.from(part.uid).toString('hex'),
    serial,
    profile: {
      organization: 'Fixture House',
      commonNamePrefix: 'TH4',
      hardwareType: hardwareTypeOf('ra8m1'),
    },
  });
  await session.inject({ chain: [der, issuer.certificate], configuration: {} }, context);
  session.close();
  return part;
}

/** The same, powered up with its application. */
export const provisionedChip = async (issuer: Issuer): Promise<RunningChip> =>
  RunningChip.start(await provision(issuer));

/** Mosquitto on TLS that demands a certificate of `devices.pem` and takes its common name as the user. */
export async function startMosquitto(bench: Bench, port: number, extra: string[] = []) {
  const lines = [
    `listener ${port} 127.0.0.1`,
    `cafile ${bench.path('devices.pem')}`,
    `certfile ${bench.path('broker.pem')}`,
    `keyfile ${bench.path('broker.key')}`,
    'tls_version tlsv1.3',
    'require_certificate true',
    'use_identity_as_username true',
    'persistence false',
    'log_type all',
    'log_dest stderr',
    'max_connections -1',
    // Started by root it would go down to a user who cannot read the keys; by others the line has no effect.
    'user root',
    ...extra,
  ];
  return bench.serve(
    'mosquitto',
    ['-c', bench.file(`mosquitto-${port}.conf`, `${lines.join('\n')}\n`)],
    port,
  );
}

export const read = (bench: Bench, name: string): string => readFileSync(bench.path(name), 'utf8');
