import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { findBlob, readBlob } from '#cloud/db/blobs.ts';
import type { CloudContext } from '#cloud/server/context.ts';
import { CloudError } from '#cloud/server/problem.ts';
import { downQuery } from '#protocol/line.ts';
import { sha256Hex } from '#protocol/shapes.ts';
import { checked } from './checked.ts';
import type { StationIdentity } from './identity.ts';

/** Octets of messages in one answer: an order carries a job of up to 1,000,000 characters. */
const ANSWER_BYTES = 4 * 1024 * 1024;

/** Signed messages behind a number, as many as fit one answer; at least one where there is one. */
export async function downMessages(
  { db }: CloudContext,
  { tenantId, stationId, station }: StationIdentity,
  request: FastifyRequest,
) {
  const { after, limit } = checked(downQuery, request.query);
  const messages: string[] = [];
  let bytes = 0;
  for (let sequence = after + 1; messages.length < limit && bytes < ANSWER_BYTES; sequence++) {
    const row = await db
      .selectFrom('down')
      .select('jws')
      .where('tenant_id', '=', tenantId)
      .where('station_id', '=', stationId)
      .where('sequence', '=', sequence)
      .executeTakeFirst();
    if (row === undefined) break;
    messages.push(row.jws);
    bytes += row.jws.length;
  }
  return { messages, head: Math.max(station.down_head, after + messages.length) };
}

function noFile(): CloudError {
  return new CloudError(404, {
    code: 'file-unknown',
    what: 'The cloud does not hold this file.',
    next: 'Have the order sent again by whoever placed it.',
  });
}

/** First octet asked for: `Range: bytes=<from>-` (RFC 9110, 14.2). Null without a range, or with one of another form. */
function rangeFrom(header: string | undefined): number | null {
  const from = /^bytes=(\d{1,15})-$/.exec(header ?? '')?.[1];
  return from === undefined ? null : Number(from);
}

/** A file of an order, whole or from an octet on. */
export async function sendBlob(
  { db }: CloudContext,
  { tenantId }: StationIdentity,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { sha256 } = checked(z.object({ sha256: sha256Hex }), request.params);
  const blob = await findBlob(db, tenantId, sha256);
  if (blob === null) throw noFile();
  const from = rangeFrom(request.headers.range);
  void reply.type('application/octet-stream').header('accept-ranges', 'bytes');
  if (from !== null && from >= blob.bytes)
    return reply
      .code(416)
      .header('content-range', `bytes */${blob.bytes}`)
      .send({
        ...{
          code: 'range-behind-end',
          what: 'The file is shorter than that.',
          next: 'Fetch it from its beginning.',
        },
        retry: false,
      });
  const start = from ?? 0;
  void reply.header('content-length', String(blob.bytes - start));
  if (from !== null)
    void reply.code(206).header('content-range', `bytes ${start}-${blob.bytes - 1}/${blob.bytes}`);
  return reply.send(Readable.from(readBlob(db, tenantId, sha256, start)));
}
