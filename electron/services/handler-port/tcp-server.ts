import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Cell } from './cell.ts';
import { LineSession, LONGEST_LINE } from './line-session.ts';
import type { TokenGate } from './token.ts';

/** Handlers of one cell; more is a fault of one of them. */
const MOST_CONNECTIONS = 16;
/** A connection that does not sign in is cut, milliseconds. */
const SIGN_IN_MS = 10_000;
/** A handler that does not read what it is sent is cut before it fills the memory, bytes. */
const MOST_UNREAD = 256 * 1024;

export interface Listening {
  port: number;
  close(): Promise<void>;
}

/** The line protocol over TCP. Rejects with the system's error where the address cannot be listened on. */
export async function serveLines(
  { host, port }: { host: string; port: number },
  parts: { cell: Cell; gate: TokenGate },
): Promise<Listening> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    talk(socket, parts);
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.listen(port, host);
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, close: () => closeServer(server, sockets) };
}

function talk(socket: Socket, { cell, gate }: { cell: Cell; gate: TokenGate }): void {
  const timer = setTimeout(() => socket.destroy(), SIGN_IN_MS);
  const send = (line: string): void => {
    if (line === 'OK welcome') clearTimeout(timer);
    if (socket.writableLength > MOST_UNREAD) socket.destroy();
    else socket.write(`${line}\n`);
  };
  const session = new LineSession({
    ...{ cell, gate, send, address: socket.remoteAddress ?? '' },
    end: () => socket.end(),
  });
  socket.on('error', () => socket.destroy());
  socket.once('close', () => {
    clearTimeout(timer);
    session.close();
  });
  eachLine(socket, session);
}

function eachLine(socket: Socket, session: LineSession): void {
  let rest = '';
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    const long = [...lines, rest].some((line) => line.length > LONGEST_LINE);
    for (const line of long ? [] : lines) void session.line(line);
    if (long) session.tooLong();
    if (long) rest = '';
  });
}

async function closeServer(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
