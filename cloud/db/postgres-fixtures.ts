import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

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

/** A PostgreSQL of its own in a temporary folder, durable as in life unless told otherwise. */
export class TestPostgres {
  readonly #folder = mkdtempSync(join(tmpdir(), 'rootline-pg-'));
  #port = 0;
  #server: ChildProcess | null = null;

  static async start(): Promise<TestPostgres> {
    const made = new TestPostgres();
    const { folder } = made;
    if (isRoot) {
      chmodSync(folder, 0o755);
      mkdirSync(made.data);
      spawnSync('chown', ['postgres', made.data, folder]);
    }
    run('initdb', [
      '-D',
      made.data,
      '-U',
      'rootline',
      '--auth=trust',
      '-E',
      'UTF8',
      '--locale=C.UTF-8',
      '--no-sync',
    ]);
    made.#port = await freePort();
    await made.up();
    return made;
  }

  get folder(): string {
    return this.#folder;
  }
  get data(): string {
    return join(this.#folder, 'data');
  }
  get url(): string {
    return `postgres://rootline@127.0.0.1:${this.#port}/postgres`;
  }

  /** Starts the server and waits until it takes connections. */
  async up(settings: string[] = []): Promise<void> {
    const args = [
      '-D',
      this.data,
      '-p',
      String(this.#port),
      '-k',
      this.data,
      '-c',
      'listen_addresses=127.0.0.1',
    ];
    const [command, all] = asPostgres(join(BIN, 'postgres'), [
      ...args,
      ...settings.flatMap((each) => ['-c', each]),
    ]);
    this.#server = spawn(command, all, { stdio: 'ignore', cwd: '/' });
    for (const end = Date.now() + 20_000; Date.now() < end; await pause(50)) {
      const [check, list] = asPostgres(join(BIN, 'pg_isready'), [
        '-q',
        '-h',
        '127.0.0.1',
        '-p',
        String(this.#port),
      ]);
      if (spawnSync(check, list, { cwd: '/' }).status === 0) return;
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
