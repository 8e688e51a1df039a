import { createServer, type Server, type Socket } from 'node:net';
import type { Site } from '../site.ts';
import { runCommand } from './commands.ts';

const LONGEST_LINE = 4096;

/** Serves one site's control socket; any number of clients may be connected. Rejects where the path cannot be bound. */
export function serveControl(site: Site, path: string): Promise<{ close(): Promise<void> }> {
  const clients = new Set<Socket>();
  const server = createServer((socket) => {
    clients.add(socket);
    socket.on('close', () => clients.delete(socket));
    converse(site, socket);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => resolve({ close: () => closeAll(server, clients) }));
  });
}

function converse(site: Site, socket: Socket): void {
  let rest = '';
  let unwatch: (() => void) | null = null;
  const say = (message: object) => {
    if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
  };
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.trim() !== 'watch') say(runCommand(site, line));
      else {
        unwatch ??= site.onEvent(say);
        say({ ok: true });
      }
    }
    if (rest.length <= LONGEST_LINE) return;
    say({ ok: false, error: 'line-too-long', message: `A line has at most ${LONGEST_LINE} characters.` });
    socket.end();
    rest = '';
  });
  // A client that went away in mid-sentence is no fault of the bench.
  socket.on('error', () => undefined);
  socket.on('close', () => unwatch?.());
}

function closeAll(server: Server, clients: Set<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const client of clients) client.destroy();
  });
}
