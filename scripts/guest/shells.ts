import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What a script may take: less than the tests that run it, so that one that hangs is told of with what it said. */
const SCRIPT_MS = 60_000;

/** What a script said, both outputs in one, and how it ended. */
export interface ScriptResult {
  code: number;
  output: string;
}

/** The guest's shells: each is a connection that the guest opened and that waits for one script. */
export class Shells {
  private readonly server: Server;
  private readonly idle: Socket[] = [];
  private readonly waiting: ((socket: Socket) => void)[] = [];
  private readonly sockets = new Set<Socket>();
  readonly ready: Promise<void>;

  private constructor(server: Server) {
    this.server = server;
    this.ready = once(server, 'connection').then(() => undefined);
    server.on('connection', (socket) => this.came(socket));
  }

  static async listen(): Promise<Shells> {
    const server = createServer({ allowHalfOpen: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Shells(server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async run(script: string): Promise<ScriptResult> {
    const socket = await this.shell();
    const mark = randomBytes(8).toString('hex');
    let output = '';
    socket.on('data', (bytes: Buffer) => (output += bytes.toString()));
    const limit = setTimeout(() => socket.destroy(), SCRIPT_MS);
    socket.write(command(script, mark));
    await once(socket, 'close');
    clearTimeout(limit);
    const end = output.lastIndexOf(mark);
    if (end < 0) throw new Error(`a script did not end:\n${script}\nit said:\n${output}`);
    return { code: Number(output.slice(end + mark.length)), output: output.slice(0, end) };
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private came(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('end', () => socket.end());
    socket.once('close', () => this.sockets.delete(socket));
    const next = this.waiting.shift();
    if (next === undefined) this.idle.push(socket);
    else next(socket);
  }

  private shell(): Promise<Socket> {
    const socket = this.idle.shift();
    if (socket !== undefined) return Promise.resolve(socket);
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}

/** One line, whatever is in the script; what the script reads from is not the connection. */
function command(script: string, mark: string): string {
  const encoded = Buffer.from(`. /run/rootline.sh\nset -e\n${script}\n`).toString('base64');
  const file = `/tmp/${mark}.sh`;
  return `echo ${encoded} | base64 -d > ${file}; sh ${file} </dev/null 2>&1; echo ${mark}$?; exit\n`;
}
