import { createConnection, type Socket } from 'node:net';
import { DriverError } from '../core/errors.ts';
import type { ControlLines } from '../core/link.ts';
import type { BenchAnswer, BenchClock, BenchEvent, BenchFlash, BenchStatus } from './control/messages.ts';

/** One site's control socket: the lines a programmer drives, and the hands that hold the part. */
export interface BenchControl extends ControlLines {
  /** Puts a part in; a fresh one with a random unique id unless told which (32 hex digits). */
  insert(uid?: string): Promise<void>;
  remove(): Promise<void>;
  /** Pulls or plugs the cable; resolves with the new port path, null while pulled. */
  cable(plugged: boolean): Promise<string | null>;
  /** A fault line as docs/virtual-bench.md lists them (`drop-answer 13`), or null to clear all. */
  fault(fault: string | null): Promise<void>;
  temperature(celsius: number): Promise<void>;
  power(on: boolean): Promise<void>;
  status(): Promise<BenchStatus>;
  /** What the part in the socket keeps in data flash; `partFromBench` makes a device of it. Rejects for an empty socket. */
  flash(): Promise<BenchFlash>;
  clock(): Promise<BenchClock>;
  resetClock(): Promise<BenchClock>;
  /** The port of a plugged cable, null for a pulled one. */
  onCable(listener: (port: string | null) => void): () => void;
  /** The bench ended or the socket broke; not called by `close()`. */
  onGone(listener: (error: DriverError) => void): () => void;
}

/** Connects to a site's control socket. Rejects with DriverError `port-missing` when there is no bench behind it. */
export async function openBenchControl(socketPath: string): Promise<BenchControl> {
  const lines = new AnswerQueue(await connect(socketPath), socketPath);
  await lines.ask('watch');
  const status = async () => (await lines.ask('status')) as unknown as BenchStatus;
  const clock = async (line: string) => (await lines.ask(line))['clock'] as BenchClock;
  const tell = async (line: string) => {
    await lines.ask(line);
  };
  return {
    reset: () => tell('reset'),
    setMode: (mode) => tell(mode === 'boot' ? 'md low' : 'md high'),
    insert: (uid) => tell(uid === undefined ? 'insert' : `insert ${uid}`),
    remove: () => tell('remove'),
    cable: async (plugged) =>
      (await lines.ask(plugged ? 'cable plug' : 'cable pull'))['port'] as string | null,
    fault: (fault) => tell(`fault ${fault ?? 'clear'}`),
    temperature: (celsius) => tell(`temperature ${celsius}`),
    power: (on) => tell(on ? 'power on' : 'power off'),
    status,
    flash: async () => (await lines.ask('flash')) as unknown as BenchFlash,
    presence: async () => (await status()).part,
    clock: () => clock('clock'),
    resetClock: () => clock('clock reset'),
    onPresence: (listener) =>
      lines.onEvent((event) => {
        if (event.event === 'presence') listener(event.part);
      }),
    onCable: (listener) =>
      lines.onEvent((event) => {
        if (event.event === 'cable') listener(event.port);
      }),
    onGone: (listener) => lines.onGone(listener),
    close: () => lines.close(),
  };
}

function connect(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    const fail = (cause: Error) =>
      reject(
        new DriverError('port-missing', 'No bench answers on the control socket.', {
          context: { path },
          cause,
        }),
      );
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.off('error', fail);
      resolve(socket);
    });
  });
}

interface Waiting {
  resolve(answer: Record<string, unknown>): void;
  reject(error: DriverError): void;
}

/** Answers come in the order of the questions; events in between. */
class AnswerQueue {
  private readonly socket: Socket;
  private readonly path: string;
  private readonly waiting: Waiting[] = [];
  private readonly listeners = new Set<(event: BenchEvent) => void>();
  private readonly goneListeners = new Set<(error: DriverError) => void>();
  private rest = '';
  private gone: DriverError | null = null;
  private closing = false;

  constructor(socket: Socket, path: string) {
    this.socket = socket;
    this.path = path;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => this.receive(text));
    socket.on('error', (cause) => this.end(cause));
    socket.on('close', () => this.end());
  }

  ask(line: string): Promise<Record<string, unknown>> {
    return new Promise((resolve, reject) => {
      if (this.gone !== null) return reject(this.gone);
      this.waiting.push({ resolve, reject });
      this.socket.write(`${line}\n`);
    });
  }

  onEvent(listener: (event: BenchEvent) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  onGone(listener: (error: DriverError) => void): () => void {
    this.goneListeners.add(listener);
    return () => void this.goneListeners.delete(listener);
  }

  close(): Promise<void> {
    this.closing = true;
    if (this.socket.closed) return Promise.resolve();
    return new Promise((resolve) => {
      this.socket.once('close', () => resolve());
      this.socket.destroy();
    });
  }

  private receive(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.take(line);
  }

  private take(line: string): void {
    const message = JSON.parse(line) as BenchEvent | BenchAnswer;
    if ('event' in message) {
      for (const listener of this.listeners) listener(message as BenchEvent);
      return;
    }
    const waiting = this.waiting.shift();
    if (message.ok) return waiting?.resolve(message);
    const { error, message: text } = message as { error: string; message: string };
    waiting?.reject(
      new DriverError('bad-argument', text, {
        chip: 'untouched',
        context: { path: this.path, refusal: error },
      }),
    );
  }

  private end(cause?: Error): void {
    if (this.gone !== null) return;
    const gone = new DriverError('port-gone', 'The control socket of the bench is gone.', {
      context: { path: this.path },
      cause,
    });
    this.gone = gone;
    for (const waiting of this.waiting.splice(0)) waiting.reject(gone);
    if (!this.closing) for (const listener of this.goneListeners) listener(gone);
  }
}
