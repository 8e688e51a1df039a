import { randomInt } from 'node:crypto';
import { PassThrough, type Duplex } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { FastifyRequest } from 'fastify';
import { linesOf } from '#cloud/ingest/groups.ts';
import { ingestLines } from '#cloud/ingest/ingest.ts';
import { bodyStream } from '#cloud/server/app.ts';
import type { CloudContext } from '#cloud/server/context.ts';
import { CloudError } from '#cloud/server/problem.ts';
import { uploadQuery, type UploadAnswer } from '#protocol/line.ts';
import { checked } from './checked.ts';
import type { StationIdentity } from './identity.ts';
import { holdSession } from './session.ts';

/** Octets of one upload that are read ahead of the database. */
const READ_AHEAD = 1024 * 1024;

function unpackerOf(encoding: string): Duplex {
  if (encoding === 'identity') return new PassThrough();
  if (encoding === 'gzip') return createGunzip();
  if (encoding === 'zstd') return createZstdDecompress();
  throw new CloudError(415, {
    code: 'unknown-encoding',
    what: `The cloud does not take messages packed as ${encoding.slice(0, 40)}.`,
    next: 'Update the station, or the cloud.',
  });
}

/**
 * The body as plain octets, read from now on: what arrives before anybody asks for it is not lost with the connection.
 * A cut is an error, but only behind all that could be unpacked.
 */
function unpacked(request: FastifyRequest): AsyncIterable<Uint8Array> {
  const body = bodyStream(request);
  const unpack = unpackerOf(request.headers['content-encoding'] ?? 'identity');
  const ahead = new PassThrough({ highWaterMark: READ_AHEAD });
  const state: { cut: Error | null } = { cut: null };
  const end = (error: Error): void => {
    state.cut ??= error;
    ahead.end();
  };
  body.on('error', end);
  body.on('close', () => {
    if (!body.readableEnded) end(new Error('The connection was cut'));
  });
  body.pipe(ahead).pipe(unpack);
  // Heard when it is read.
  unpack.on('error', () => undefined);
  return (async function* () {
    try {
      for await (const chunk of unpack) yield chunk as Uint8Array;
    } catch (error) {
      throw state.cut ?? badPacking(error);
    } finally {
      // A refusal leaves the rest unread: it is let through to nowhere, so that the answer can go out.
      body.unpipe(ahead);
      body.resume();
    }
    if (state.cut !== null) throw state.cut;
  })();
}

function badPacking(cause: unknown): CloudError {
  return new CloudError(
    422,
    {
      code: 'bad-packing',
      what: 'The packed messages are damaged or end too early.',
      next: 'The station sends again from where the cloud stands.',
      retry: true,
    },
    { cause },
  );
}

/** Uploads that one node takes at once: each holds up to READ_AHEAD and two groups in memory. */
const MOST_UPLOADS = 64;
/** Stations come back spread over so many seconds, not all at once. */
const SPREAD_SECONDS = 10;

function busy(): CloudError {
  return new CloudError(
    503,
    {
      code: 'busy',
      what: 'This node of the cloud takes as many uploads as it can at the moment.',
      next: 'Nothing to do: the station tries again by itself.',
      retry: true,
    },
    { retryAfter: 2 + randomInt(SPREAD_SECONDS) },
  );
}

/** Takes messages as they stream in. Whatever arrived whole counts, also when the connection is cut. */
export async function upload(
  context: CloudContext,
  request: FastifyRequest,
  admitted: (request: FastifyRequest) => Promise<StationIdentity>,
): Promise<UploadAnswer> {
  const octets = unpacked(request);
  const identity = await admitted(request);
  const { epoch, from, session } = checked(uploadQuery, request.query);
  await holdSession(context, identity, session);
  const { tenantId, stationId, station } = identity;
  const source = { tenantId, stationId, via: 'line' } as const;
  if (context.load.uploads >= MOST_UPLOADS) throw busy();
  context.load.uploads += 1;
  const result = await ingestLines(context, source, { epoch, from }, linesOf(octets)).finally(
    () => (context.load.uploads -= 1),
  );
  const { position, hash } = station;
  return result ?? { place: { epoch: station.epoch, position, hash }, stored: 0, duplicate: 0 };
}
