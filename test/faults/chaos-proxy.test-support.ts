import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

/** What happens to the connections of a chaos proxy. Counts are of bytes from the station to the cloud. */
export interface Chaos {
  /** Cuts a connection once so many bytes of it have gone up. */
  cutAfter?: () => number;
  /** Takes bytes from both sides and passes none on: a half-open line, as a dead switch makes it. */
  swallow?: boolean;
  /** Ends every new connection at once. */
  refuse?: boolean;
  /** Told whenever something goes up. */
  seen?: () => void;
}

export interface ChaosProxy {
  port: number;
  /** Where connections go. */
  target: number;
  chaos: Chaos;
  connections: number;
  /** Bytes that went up in all. */
  bytesUp: number;
  /** Cuts all that are open. */
  cut(): void;
  close(): Promise<void>;
}

function pass(from: Socket, to: Socket, proxy: ChaosProxy, seen?: (chunk: Buffer) => boolean): void {
  from.on('data', (chunk: Buffer) => {
    if (proxy.chaos.swallow === true || seen?.(chunk) === false) return;
    if (!to.write(chunk)) {
      from.pause();
      to.once('drain', () => from.resume());
    }
  });
  from.on('error', () => to.destroy());
  from.on('close', () => to.destroy());
}

function join(proxy: ChaosProxy, up: Socket): Socket {
  const down = connect({ host: '127.0.0.1', port: proxy.target });
  const limit = proxy.chaos.cutAfter?.() ?? Infinity;
  let bytes = 0;
  pass(down, up, proxy);
  pass(up, down, proxy, (chunk) => {
    bytes += chunk.length;
    proxy.bytesUp += chunk.length;
    proxy.chaos.seen?.();
    if (bytes < limit) return true;
    // Some of the chunk still goes through: a cut does not respect records.
    down.write(chunk.subarray(0, Math.max(0, chunk.length - (bytes - limit))), () => down.destroy());
    up.destroy();
    return false;
  });
  return down;
}

/** A TCP line between a station and its cloud that can be cut, held and made silent. */
export async function startChaosProxy(): Promise<ChaosProxy> {
  const sockets = new Set<Socket>();
  const proxy: ChaosProxy = {
    ...{ port: 0, target: 0, chaos: {}, connections: 0, bytesUp: 0 },
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    close: async () => {
      proxy.cut();
      server.close();
      await once(server, 'close');
    },
  };
  const server: Server = createServer((up) => {
    if (proxy.chaos.refuse === true) {
      up.destroy();
      return;
    }
    proxy.connections += 1;
    for (const socket of [up, join(proxy, up)]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy.port = (server.address() as AddressInfo).port;
  return proxy;
}
