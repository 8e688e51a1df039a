import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface SlowLineOptions {
  /** Where connections go on to. */
  port: number;
  bytesPerSecond: number;
  /** One way, ms. */
  delayMs: number;
}

/** What may be under way in one direction before the sender is held, seconds of the line: as a modem's buffer. */
const BUFFER_SECONDS = 0.5;
/** A packet is on the far side when its last byte is, bytes. */
const PACKET = 1460;

/** One direction: a byte leaves when those before it have left and the delay has passed. */
function carry(from: Socket, to: Socket, { bytesPerSecond, delayMs }: SlowLineOptions): void {
  let free = 0;
  let ended = false;
  let under = 0;
  const packet = (bytes: Buffer): void => {
    const now = performance.now();
    free = Math.max(free, now) + (bytes.length / bytesPerSecond) * 1000;
    const arrive = (): void => {
      if (!to.destroyed) to.write(bytes);
      under -= bytes.length;
      if (under <= bytesPerSecond * BUFFER_SECONDS) from.resume();
      if (ended && under === 0) to.end();
    };
    setTimeout(arrive, free + delayMs - now);
  };
  from.on('data', (chunk: Buffer) => {
    under += chunk.length;
    if (under > bytesPerSecond * BUFFER_SECONDS) from.pause();
    for (let at = 0; at < chunk.length; at += PACKET) packet(chunk.subarray(at, at + PACKET));
  });
  from.on('end', () => {
    ended = true;
    if (under === 0) to.end();
  });
  from.on('error', () => to.destroy());
  from.on('close', () => {
    if (!ended) to.destroy();
  });
}

/** A TCP line of that speed and delay, both ways. */
export async function openSlowLine(
  options: SlowLineOptions,
): Promise<{ port: number; bytesUp: () => number; close(): Promise<void> }> {
  const open = new Set<Socket>();
  let bytesUp = 0;
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ host: '127.0.0.1', port: options.port, allowHalfOpen: true });
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('close', () => open.delete(socket));
    }
    near.on('data', (chunk: Buffer) => (bytesUp += chunk.length));
    carry(near, far, options);
    carry(far, near, options);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    bytesUp: () => bytesUp,
    close: async () => {
      server.close();
      for (const socket of open) socket.destroy();
      await once(server, 'close');
    },
  };
}
