import { backoff } from './backoff.ts';
import { connectionLost, type Bridge, type LineState, type Reply } from './bridge.ts';
import { parseMessage } from './socket-messages.ts';

/** The web host's carrier: JSON over one WebSocket, opened again with back-off whenever it closes. */
export class SocketBridge implements Bridge {
  private readonly url: string;
  private socket: WebSocket | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private attempt = 0;
  private nextId = 1;
  private line: LineState = 'connecting';
  private readonly pending = new Map<number, (reply: Reply) => void>();
  private readonly listeners = new Set<(topic: string, payload: unknown) => void>();
  private readonly watchers = new Set<(line: LineState) => void>();

  constructor(url: string) {
    this.url = url;
    window.addEventListener('online', this.reconnect);
    // A fresh link opened in another tab gives this one its pass back, too.
    window.addEventListener('focus', this.reconnect);
    this.open();
  }

  call = (channel: string, request: unknown): Promise<Reply> => {
    const socket = this.socket;
    if (this.line !== 'open' || !socket) return Promise.resolve({ ok: false, error: connectionLost });
    const id = this.nextId++;
    return new Promise((resolve) => {
      this.pending.set(id, resolve);
      socket.send(JSON.stringify({ id, channel, request }));
    });
  };

  subscribe = (listener: (topic: string, payload: unknown) => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  watch = (listener: (line: LineState) => void): (() => void) => {
    this.watchers.add(listener);
    listener(this.line);
    return () => this.watchers.delete(listener);
  };

  reconnect = (): void => {
    if (this.line === 'open' || this.socket?.readyState === WebSocket.CONNECTING) return;
    this.open();
  };

  private open(): void {
    clearTimeout(this.timer);
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.addEventListener('open', () => {
      this.attempt = 0;
      this.setLine('open');
    });
    socket.addEventListener('message', (event) => this.receive(event.data));
    socket.addEventListener('close', () => this.closed(socket));
  }

  private receive(data: unknown): void {
    const message = parseMessage(data);
    if (message === null) return;
    if ('topic' in message) {
      for (const listener of this.listeners) listener(message.topic, message.payload);
      return;
    }
    const resolve = this.pending.get(message.id);
    this.pending.delete(message.id);
    resolve?.(message.ok ? { ok: true, value: message.value } : { ok: false, error: message.error });
  }

  private closed(socket: WebSocket): void {
    if (socket !== this.socket) return;
    for (const resolve of this.pending.values()) resolve({ ok: false, error: connectionLost });
    this.pending.clear();
    // A window that was refused stays so until the station says otherwise: no flicker between two screens.
    if (this.line !== 'disowned') this.setLine('lost');
    void this.goOn(socket);
  }

  /** Opens again after a while, unless the station is there and does not know this window. */
  private async goOn(closed: WebSocket): Promise<void> {
    const disowned = await isDisowned();
    if (closed !== this.socket) return;
    if (disowned) {
      this.setLine('disowned');
      return;
    }
    if (this.line !== 'lost') this.setLine('lost');
    this.timer = setTimeout(() => this.open(), backoff(this.attempt++));
  }

  private setLine(line: LineState): void {
    this.line = line;
    for (const watcher of this.watchers) watcher(line);
  }
}

/** HTTP status of the web host for a request without a session. */
const NO_SESSION = 401;

/** A browser does not say why a socket was refused, so the page itself is asked for: it is refused alike. */
async function isDisowned(): Promise<boolean> {
  try {
    const { status } = await fetch('/', { cache: 'no-store' });
    return status === NO_SESSION;
  } catch {
    // No answer at all: the station is away and may come back.
    return false;
  }
}
