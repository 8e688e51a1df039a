import type { Readable } from 'node:stream';
import type { SecureContext } from 'node:tls';
import { Pool, type Dispatcher } from 'undici';
import type { z } from 'zod';
import type { ChainPlace } from '#protocol/chain.ts';
import * as line from '#protocol/line.ts';
import { PROTOCOL, PROTOCOL_HEADER } from '#protocol/version.ts';
import { accepted, jsonAnswer } from './answer.ts';
import { connectLine, type Connecting } from './connect.ts';
import { lineError } from './classify.ts';
import { LineError } from './line-error.ts';
import type { Proxy } from './proxy.ts';

/** Milliseconds. A socket that is half open ends by these, whatever the other side's network does. */
export interface LineTimeouts {
  connect: number;
  /** From the end of a request to the first byte of its answer. */
  headers: number;
  /** Without one byte either way. */
  idle: number;
}
export const LINE_TIMEOUTS: LineTimeouts = { connect: 15_000, headers: 60_000, idle: 30_000 };

export interface LineOptions {
  /** `https://host:port`. */
  url: string;
  context: SecureContext | null;
  /** Judges who answered (connect.ts, checkPeer). */
  judge: Connecting['judge'];
  proxy: Proxy | null;
  timeouts?: LineTimeouts;
  /** The connection is gone; the next call opens another one, to whoever answers then. */
  onLost?: () => void;
}

export interface UploadRequest {
  epoch: number;
  from: number;
  session: string;
  encoding: 'zstd' | 'gzip';
  body: Readable;
}

/** The calls of protocol/line.ts. Every failure is a LineError. */
export interface LineClient {
  hello(request: line.HelloRequest): Promise<line.HelloAnswer>;
  upload(request: UploadRequest): Promise<line.UploadAnswer>;
  /** The cloud's place at a position; null where it has none. */
  chain(epoch: number, position: number): Promise<ChainPlace | null>;
  epoch(request: z.infer<typeof line.epochRequest>): Promise<line.EpochAnswer>;
  down(after: number, limit: number): Promise<{ messages: string[]; head: number }>;
  /** A file of an order from `offset` on. */
  blob(sha256: string, offset: number): Promise<{ offset: number; body: AsyncIterable<Uint8Array> }>;
  renew(request: z.infer<typeof line.renewRequest>): Promise<line.Credentials>;
  /** One call outside the table: joining. */
  call<T extends z.ZodType>(
    method: 'GET' | 'POST',
    path: string,
    shape: T,
    body?: unknown,
  ): Promise<z.infer<T>>;
  close(): Promise<void>;
}

const LARGEST_ANSWER = 1024 * 1024;
/** 5 messages of 4,000,000 characters, and what JSON adds. */
export const DOWN_PAGE = 5;
const LARGEST_DOWN = 24 * 1024 * 1024;

/** Opens nothing yet: the first call does. */
export function openLine(options: LineOptions): LineClient {
  const timeouts = options.timeouts ?? LINE_TIMEOUTS;
  const pool = poolOf(options, timeouts);
  const ask = (method: Method, path: string, more: Partial<Dispatcher.RequestOptions> = {}) =>
    request(pool, { ...more, method, path });
  const call: LineClient['call'] = async (method, path, shape, body) =>
    guarded(async () => jsonAnswer(await ask(method, path, json(body)), shape, LARGEST_ANSWER));
  return {
    call,
    hello: (body) => call('POST', '/v1/sync/hello', line.helloAnswer, body),
    upload: (body) => guarded(() => upload(pool, body, timeouts.idle)),
    chain: async (epoch, position) =>
      (await call('GET', `/v1/sync/chain?epoch=${epoch}&position=${position}`, line.chainAnswer)).place,
    epoch: (body) => call('POST', '/v1/sync/epoch', line.epochAnswer, body),
    down: (after, limit) =>
      guarded(async () =>
        jsonAnswer(
          await ask('GET', `/v1/sync/down?after=${after}&limit=${limit}`),
          line.downAnswer,
          LARGEST_DOWN,
        ),
      ),
    blob: (sha256, offset) => guarded(() => blob(pool, sha256, offset)),
    renew: (body) => call('POST', '/v1/sync/renew', line.credentials, body),
    close: () => pool.destroy(),
  };
}

type Method = 'GET' | 'POST';

function poolOf({ url, context, judge, proxy, onLost }: LineOptions, timeouts: LineTimeouts): Pool {
  const { hostname, port } = new URL(url);
  const to = {
    ...{ hostname: hostname.replaceAll(/[[\]]/g, ''), port: Number(port === '' ? 443 : port) },
    ...{ proxy, context, judge, timeoutMs: timeouts.connect },
  };
  const pool = new Pool(new URL(url).origin, {
    ...{ connections: 1, pipelining: 1, allowH2: true },
    // Longer than the quiet between two calls: not every hello is a handshake.
    ...{ keepAliveTimeout: 120_000, keepAliveMaxTimeout: 600_000 },
    headersTimeout: timeouts.headers,
    bodyTimeout: timeouts.idle,
    connect: (_options, callback) =>
      void connectLine(to).then(
        (socket) => callback(null, socket),
        (error: unknown) => callback(lineError(error), null),
      ),
  });
  if (onLost !== undefined) pool.on('disconnect', onLost);
  return pool;
}

function json(body: unknown): Partial<Dispatcher.RequestOptions> {
  if (body === undefined) return {};
  return { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
}

function request(
  pool: Pool,
  { headers, ...options }: Partial<Dispatcher.RequestOptions> & { method: Method; path: string },
) {
  const all = { ...(headers as Record<string, string> | undefined), [PROTOCOL_HEADER]: String(PROTOCOL.max) };
  return pool.request({ ...options, headers: all });
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw lineError(error);
  }
}

/** Ends by itself when not one byte of the body has gone out for `idleMs`: TCP alone would wait for a quarter of an hour. */
async function upload(pool: Pool, request_: UploadRequest, idleMs: number): Promise<line.UploadAnswer> {
  const { epoch, from, session, encoding, body } = request_;
  const stalled = new AbortController();
  const watch = watchdog(idleMs, () =>
    stalled.abort(new LineError('timeout', { details: { where: 'upload' } })),
  );
  body.on('data', watch.fed);
  body.once('end', watch.stop);
  // `data` would set it flowing before the line takes from it.
  body.pause();
  try {
    const answer = await request(pool, {
      ...{ method: 'POST', path: `/v1/sync/upload?epoch=${epoch}&from=${from}&session=${session}`, body },
      headers: { 'content-type': 'application/x-ndjson', 'content-encoding': encoding },
      signal: stalled.signal,
    });
    return await jsonAnswer(answer, line.uploadAnswer, LARGEST_ANSWER);
  } finally {
    watch.stop();
    body.destroy();
  }
}

/** Calls `bite` once when it was not fed for that long. */
function watchdog(ms: number, bite: () => void): { fed: () => void; stop: () => void } {
  const timer = setTimeout(bite, ms);
  return { fed: () => void timer.refresh(), stop: () => clearTimeout(timer) };
}

async function blob(pool: Pool, sha256: string, offset: number) {
  const headers = offset === 0 ? {} : { range: `bytes=${offset}-` };
  const answer = await accepted(
    await request(pool, { method: 'GET', path: `/v1/sync/blobs/${sha256}`, headers }),
    206,
  );
  // A cloud that knows no ranges sends all of it again.
  return { offset: answer.statusCode === 206 ? offset : 0, body: answer.body };
}
