import type { Readable } from 'node:stream';
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

/** The stream as plain octets. What came in is passed on as it comes; a cut is an error at its end. */
function unpacked(request: FastifyRequest): AsyncIterable<Uint8Array> {
  const body = bodyStream(request);
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') return body;
  if (encoding === 'gzip') return through(body, createGunzip());
  if (encoding === 'zstd') return through(body, createZstdDecompress());
  throw new CloudError(415, {
    code: 'unknown-encoding',
    what: `The cloud does not take messages packed as ${encoding.slice(0, 40)}.`,
    next: 'Update the station, or the cloud.',
  });
}

/** Ends the packing stream with the source's error, but only after what it had unpacked was read. */
function through(
  body: Readable,
  unpack: ReturnType<typeof createGunzip> | ReturnType<typeof createZstdDecompress>,
): AsyncIterable<Uint8Array> {
  let cut: Error | null = null;
  body.on('error', (error) => {
    cut = error;
    unpack.end();
  });
  body.on('aborted', () => {
    cut ??= new Error('The connection was cut');
    unpack.end();
  });
  body.pipe(unpack);
  return (async function* () {
    try {
      for await (const chunk of unpack) yield chunk as Uint8Array;
    } catch (error) {
      throw cut ?? badPacking(error);
    }
    if (cut !== null) throw cut as Error;
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

/** Takes messages as they stream in. Whatever arrived whole counts, also when the connection is cut. */
export async function upload(
  context: CloudContext,
  identity: StationIdentity,
  request: FastifyRequest,
): Promise<UploadAnswer> {
  const { epoch, from, session } = checked(uploadQuery, request.query);
  await holdSession(context, identity, session);
  const { tenantId, stationId, station } = identity;
  const source = { tenantId, stationId, via: 'line' } as const;
  const result = await ingestLines(context, source, { epoch, from }, linesOf(unpacked(request)));
  const { position, hash } = station;
  return result ?? { place: { epoch: station.epoch, position, hash }, stored: 0, duplicate: 0 };
}
