import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What one side said until the other spoke: `>` the programmer, `<` the server. */
export interface Turn {
  way: '>' | '<';
  bytes: Uint8Array;
}

/** A port that leads on to a server on this machine, and hears both ways. */
export class Tap {
  readonly turns: Turn[] = [];
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  private constructor(server: Server, to: number) {
    this.server = server;
    server.on('connection', (near: Socket) => {
      const far = connect(to, '127.0.0.1');
      this.join('>', near, far);
      this.join('<', far, near);
    });
  }

  static async open(to: number): Promise<Tap> {
    const server = createServer({ noDelay: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Tap(server, to);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private join(way: Turn['way'], from: Socket, to: Socket): void {
    this.sockets.add(from);
    from.setNoDelay(true);
    from.on('data', (bytes) => {
      const last = this.turns.at(-1);
      if (last?.way === way) last.bytes = Buffer.concat([last.bytes, bytes]);
      else this.turns.push({ way, bytes: Uint8Array.from(bytes) });
      to.write(bytes);
    });
    from.on('error', () => undefined).once('close', () => to.destroy());
  }
}
