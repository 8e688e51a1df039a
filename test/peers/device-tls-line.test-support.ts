import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { RunningChip } from '#drivers/virtual/network/chip.ts';
import type { ClientIdentity } from '#drivers/virtual/network/tls/handshake.ts';
import { TlsError } from '#drivers/virtual/network/tls/tls-error.ts';
import { TlsStream, type TlsStreamOptions } from '#drivers/virtual/network/tls/tls-stream.ts';
import type { TrustedRoots } from '#drivers/virtual/network/tls/trusted-roots.ts';

export const identityOf = (chip: RunningChip): ClientIdentity => ({
  chain: chip.chain,
  sign: (content) => chip.signHandshake(content),
});

export interface Attempt extends Partial<TlsStreamOptions> {
  port: number;
  roots: TrustedRoots;
  identity: ClientIdentity | null;
}

/** A TLS stream to 127.0.0.1, by default for broker.test. */
export function open({ port, roots, ...options }: Attempt): TlsStream {
  return new TlsStream(connect(port, '127.0.0.1'), {
    host: 'broker.test',
    authenticate: (chain, host) => roots.authenticate(chain, host),
    ...options,
  });
}

/** How an attempt ended: what the server said to `text`, or the error. */
export type Outcome = { said: string } | { code: string; alert: string | null };

/** Sends a line, waits for a line, closes. */
export async function talk(stream: TlsStream, text: string): Promise<Outcome> {
  let said = '';
  const done = new Promise<Outcome>((resolve, reject) => {
    stream.on('data', (bytes: Buffer) => {
      said += bytes.toString('latin1');
      if (said.endsWith('\n')) resolve({ said });
    });
    stream.on('end', () => resolve({ said }));
    stream.on('error', (error) => {
      if (error instanceof TlsError) resolve({ code: error.code, alert: error.alert });
      else reject(error);
    });
  });
  stream.write(text);
  const closed = new Promise((resolve) => stream.once('close', resolve));
  const outcome = await done;
  stream.end();
  await closed;
  return outcome;
}

/** A line between client and server on which bytes are cut and changed. */
export interface Line {
  port: number;
  close(): Promise<void>;
}

type Treat = (bytes: Buffer) => Buffer[];

/** Listens for one client after the other and passes each on; `toClient` and `toServer` make what is written of a chunk. */
export async function openLine(
  target: number,
  treatments: () => { toClient: Treat; toServer: Treat },
): Promise<Line> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (client) => {
    const { toClient, toServer } = treatments();
    const behind = connect({ port: target, host: '127.0.0.1', noDelay: true });
    for (const [from, to, treat] of [
      [client, behind, toServer],
      [behind, client, toClient],
    ] as const) {
      sockets.add(from);
      from.on('data', (bytes: Buffer) => {
        for (const piece of treat(bytes)) to.write(piece);
      });
      from.on('end', () => to.end());
      from.on('error', () => to.destroy());
      from.on('close', () => sockets.delete(from));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
