import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { openDatabase } from './open.ts';
import { template } from './template-fixtures.ts';

const BIN = '/usr/lib/postgresql/15/bin';
const isRoot = process.getuid?.() === 0;

/** PostgreSQL refuses to run as root: then it runs as the user that Debian's package made. */
function asPostgres(program: string, args: string[]): [string, string[]] {
  return isRoot ? ['runuser', ['-u', 'postgres', '--', program, ...args]] : [program, args];
}

function run(program: string, args: string[]): void {
  const [command, all] = asPostgres(join(BIN, program), args);
  const done = spawnSync(command, all, { encoding: 'utf8', cwd: '/' });
  if (done.status !== 0) throw new Error(`${program} failed: ${done.stderr}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Ticks (proc(5), fields 14 to 17) of a process of the server that works in `folder`. */
function spentBy(pid: string, folder: string): number {
  try {
    if (readlinkSync(`/proc/${pid}/cwd`) !== folder) return 0;
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return fields.slice(11, 15).reduce((sum, each) => sum + Number(each), 0);
  } catch {
    // It ended in between: its parent has its time.
    return 0;
  }
}

async function takesConnections(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** A cluster with the migrations in it, stopped cleanly. */
async function makeTemplate(folder: string): Promise<void> {
  const server = await TestPostgres.start({ empty: true });
  try {
    const db = await openDatabase({ url: server.url, dataDir: folder });
    await db.destroy();
    await server.down();
    await cp(server.data, join(folder, 'data'), { recursive: true });
  } finally {
    await server.close();
  }
}

/** A PostgreSQL of its own in a temporary folder, durable as in life unless told otherwise. */
export class TestPostgres {
  readonly #folder = mkdtempSync(join(tmpdir(), 'rootline-pg-'));
  #port = 0;
  #server: ChildProcess | null = null;

  /** `empty`: without the migrations that the template has. */
  static async start({ empty = false } = {}): Promise<TestPostgres> {
    const made = new TestPostgres();
    if (empty) made.#initialise();
    else await made.#copy(await template('postgresql', makeTemplate));
    made.#port = await freePort();
    await made.up();
    return made;
  }

  #initialise(): void {
    mkdirSync(this.data, { mode: 0o700 });
    this.#own();
    const options = ['--auth=trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync', '--wal-segsize=4'];
    run('initdb', ['-D', this.data, '-U', 'rootline', ...options]);
  }

  async #copy(from: string): Promise<void> {
    await cp(join(from, 'data'), this.data, { recursive: true });
    chmodSync(this.data, 0o700);
    this.#own();
  }

  /** Hands the folder to the user that the server runs as. */
  #own(): void {
    if (!isRoot) return;
    chmodSync(this.#folder, 0o755);
    spawnSync('chown', ['-R', 'postgres', this.data]);
  }

  get data(): string {
    return join(this.#folder, 'data');
  }
  get url(): string {
    return `postgres://rootline@127.0.0.1:${this.#port}/postgres`;
  }

  /** Starts the server and waits until it takes connections. */
  async up(): Promise<void> {
    const where = ['-D', this.data, '-p', String(this.#port), '-k', this.data];
    const [command, all] = asPostgres(join(BIN, 'postgres'), [...where, '-c', 'listen_addresses=127.0.0.1']);
    const server = spawn(command, all, { stdio: 'ignore', cwd: '/' });
    this.#server = server;
    server.once('exit', () => {
      if (this.#server === server) this.#server = null;
    });
    const end = Date.now() + 20_000;
    while (Date.now() < end) {
      if (await takesConnections(this.url)) return;
      await pause(30);
    }
    throw new Error('PostgreSQL did not start');
  }

  /** Processor time of the server and its sessions so far, seconds; those that ended are counted by their parent. */
  cpuSeconds(): number {
    const ticks = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => spentBy(pid, this.data))
      .reduce((sum, each) => sum + each, 0);
    return ticks / 100;
  }

  /** False after it ended, also where it gave up by itself. */
  get running(): boolean {
    return this.#server !== null;
  }

  /** Stops it as a restart would: sessions are ended, what was committed is on disk. */
  async down(mode: 'fast' | 'immediate' = 'fast'): Promise<void> {
    const ended = this.#server === null ? null : once(this.#server, 'exit');
    run('pg_ctl', ['stop', '-D', this.data, '-m', mode, '-w']);
    await ended;
    this.#server = null;
  }

  async close(): Promise<void> {
    if (this.#server !== null) await this.down('immediate');
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
