import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { z } from 'zod';
import { MAX_MESSAGE_BYTES } from '#contract/contract.ts';
import { publicTopics, type Topic } from '#contract/topics.ts';
import { badMessage } from '#services/dispatch/refusals.ts';
import type { RunningStation } from '#compose/running-station.ts';
import type { HostAccess } from './access.ts';

/** Above this a slow screen loses events (each carries the whole view, so the next one heals it), bytes. */
const SLOW_SCREEN_BYTES = 1024 * 1024;

const envelope = z.strictObject({ id: z.number().int(), channel: z.string().max(64), request: z.unknown() });

interface Parts {
  server: Server;
  access: HostAccess;
  host: string;
  station: RunningStation;
}

/** The WebSocket carrier: `{id, channel, request}` in, `{id, ok, ...}` out, `{topic, payload}` for events. */
export function attachSockets(parts: Parts): { close: () => void } {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES });
  parts.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const connection = admitted(parts, request);
    if (connection === null) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => serveSocket(parts.station, client, connection));
  });
  const close = (): void => {
    for (const client of sockets.clients) client.close(1001, 'station closed');
  };
  return { close };
}

/** Own page (Origin), own name (Host), own cookie (session): all three, or the socket is refused. */
function admitted({ access, host }: Parts, request: IncomingMessage): string | null {
  const own = request.headers.origin === `http://${host}` && request.headers.host === host;
  return own && request.url === '/ws' ? access.sessionOf(request) : null;
}

function serveSocket(station: RunningStation, client: WebSocket, connection: string): void {
  const unsubscribe = station.subscribe((topic, payload, only) => {
    if (only !== undefined && only !== connection) return;
    if (client.bufferedAmount > SLOW_SCREEN_BYTES || !mayHear(station, connection, topic)) return;
    client.send(JSON.stringify({ topic, payload }));
  });
  client.on('close', unsubscribe);
  // ws reports an oversized message as an error and closes with 1009 itself.
  client.on('error', unsubscribe);
  client.on('message', (data, isBinary) => {
    void answer(station, client, connection, isBinary ? null : data);
  });
}

function mayHear(station: RunningStation, connection: string, topic: Topic): boolean {
  return publicTopics.includes(topic) || station.sessionOf(connection) !== null;
}

async function answer(
  station: RunningStation,
  client: WebSocket,
  connection: string,
  data: RawData | null,
): Promise<void> {
  const text = data === null ? '' : (data as Buffer).toString('utf8');
  const message = envelope.safeParse(parseJson(text));
  if (!message.success) {
    client.send(JSON.stringify({ id: -1, ok: false, error: badMessage('(envelope)', message.error).view }));
    return;
  }
  const { id, channel, request } = message.data;
  const reply = await station.dispatch({ channel, request, bytes: Buffer.byteLength(text), connection });
  if (client.readyState === client.OPEN) client.send(JSON.stringify({ id, ...reply }));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
