import { z } from 'zod';
import { sha256 } from '#cloud/pki/certificates.ts';
import { upBodies, type UpBody, type UpKind } from '#protocol/up.ts';
import type { PreparedLine } from './prepare.ts';

/** Where a message stands: a later one of the same thing wins. */
export interface Placed<T> {
  position: number;
  at: string;
  body: T;
}
export type Bodies = { [K in UpKind]: Placed<UpBody<K>>[] };

/** Longest text that goes into an index; PostgreSQL's own limit is a third of a page. */
const LONGEST_KEY = 200;
const key = z.string().max(LONGEST_KEY);
const keyOrNull = key.nullable();
/** What is looked up by, within what an index takes. */
const indexed: Partial<Record<UpKind, z.ZodType>> = {
  batch: z.object({ jobId: key, traveller: key, lot: key }),
  attempt: z.object({
    ...{ runId: key, jobId: key, lot: key, chipUid: keyOrNull, deviceId: keyOrNull, serial: keyOrNull },
  }),
  certificate: z.object({ serial: key, runId: key, deviceId: key }),
  record: z.object({ runId: key, deviceId: keyOrNull }),
};

const isKind = (kind: string): kind is UpKind => Object.hasOwn(upBodies, kind);

/** A certificate that is not the one it is called. */
function misnamed(kind: UpKind, body: unknown): boolean {
  if (kind !== 'certificate') return false;
  const { der, fingerprint } = body as UpBody<'certificate'>;
  return sha256(Buffer.from(der, 'base64')) !== fingerprint;
}

/** The body in the form that this program knows, or null: kept in the log, shown by a program that knows it. */
function understood(kind: UpKind, line: string, body: unknown): unknown {
  // PostgreSQL's text holds every character but this one.
  if (line.includes(String.raw`\u0000`)) return null;
  const parsed = upBodies[kind].safeParse(body);
  if (!parsed.success || misnamed(kind, parsed.data)) return null;
  return indexed[kind]?.safeParse(parsed.data).success === false ? null : parsed.data;
}

/** Messages by kind, and the positions of those of a known kind whose body is not as we know it. */
export function bodiesOf(lines: readonly PreparedLine[]): { bodies: Bodies; strange: number[] } {
  const bodies: Bodies = {
    ...{
      batch: [],
      attempt: [],
      certificate: [],
      record: [],
      checkpoint: [],
      receipt: [],
      onboarding: [],
      crl: [],
    },
  };
  const strange: number[] = [];
  for (const { line, message } of lines) {
    if (!isKind(message.k)) continue;
    const body = understood(message.k, line, message.b);
    if (body === null) strange.push(message.p);
    else (bodies[message.k] as Placed<unknown>[]).push({ position: message.p, at: message.at, body });
  }
  return { bodies, strange };
}

/** The last of each: the map keeps the order of first sight. */
export function lastOf<T>(placed: readonly Placed<T>[], keyOf: (body: T) => string): Placed<T>[] {
  return [...new Map(placed.map((each) => [keyOf(each.body), each])).values()];
}
