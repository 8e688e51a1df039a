import type { Dispatcher } from 'undici';
import type { z } from 'zod';
import { problem, type Problem } from '#protocol/shapes.ts';
import { LineError, type LineCode } from './line-error.ts';

type Answer = Dispatcher.ResponseData;

/** Reads a body to its end, or refuses it once it is larger than anything that is expected. */
export async function readBody(body: AsyncIterable<Uint8Array>, limit: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body) {
    bytes += part.length;
    if (bytes > limit) throw new LineError('bad-answer', { details: { reason: 'too large', limit } });
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Problems that the cloud names, by what they mean here (docs/sync.md). */
const problems: Readonly<Record<string, LineCode>> = {
  'identity-in-use': 'identity-in-use',
  'chain-forked': 'chain-forked',
  'wrong-tenant': 'wrong-tenant',
  'station-revoked': 'tls-revoked',
  'station-unknown': 'tls-revoked',
  'wrong-code': 'code-refused',
  'certificate-missing': 'tls-revoked',
  'certificate-purpose': 'tls-revoked',
  'certificate-expired': 'tls-expired-here',
  'database-full': 'cloud-full',
  'no-common-protocol': 'protocol-unsupported',
};

const statuses: Readonly<Record<number, LineCode>> = {
  401: 'tls-revoked',
  403: 'tls-revoked',
  408: 'timeout',
  426: 'protocol-unsupported',
  429: 'throttled',
};

const LARGEST_PROBLEM = 64 * 1024;

/** Seconds or a date (RFC 9110, 10.2.3), milliseconds from now. */
export function retryAfterMs(header: string | string[] | undefined, now: number): number | null {
  const text = Array.isArray(header) ? header[0] : header;
  if (text === undefined || text === '') return null;
  const seconds = Number(text);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(text) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

async function refusal(answer: Answer): Promise<LineError> {
  const text = (await readBody(answer.body, LARGEST_PROBLEM)).toString('utf8');
  const read = problem.safeParse(parse(text));
  const { statusCode: status } = answer;
  const wait = retryAfterMs(answer.headers['retry-after'], Date.now());
  const said = read.success ? read.data.code : undefined;
  const busy = status === 503 && wait !== null ? 'throttled' : undefined;
  const code =
    problems[said ?? ''] ?? busy ?? statuses[status] ?? (status >= 500 ? 'server-error' : 'bad-answer');
  const details = { ...plain(read.data?.details), status, ...(said === undefined ? {} : { problem: said }) };
  // What has no words here was said by the cloud for people.
  const words = code === 'bad-answer' && read.success ? read.data : undefined;
  return new LineError(code, {
    details,
    ...(wait === null ? {} : { retryAfterMs: wait }),
    ...(words === undefined ? {} : { words }),
  });
}

function plain(details: Problem['details'] = {}): Record<string, string | number | boolean> {
  const known = Object.entries(details).flatMap(([key, value]) =>
    value === null ? [] : [[key, value] as const],
  );
  return Object.fromEntries(known);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Throws LineError unless the call was taken. */
export async function accepted(answer: Answer, ...wanted: readonly number[]): Promise<Answer> {
  if ([200, 201, ...wanted].includes(answer.statusCode)) return answer;
  throw await refusal(answer);
}

/** The answer as JSON of that shape. Throws LineError. */
export async function jsonAnswer<T extends z.ZodType>(
  answer: Answer,
  shape: T,
  limit: number,
): Promise<z.infer<T>> {
  await accepted(answer);
  const read = shape.safeParse(parse((await readBody(answer.body, limit)).toString('utf8')));
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const details = { field: issue?.path.join('.') ?? '', reason: issue?.message ?? '' };
  throw new LineError('bad-answer', { details, cause: read.error });
}
