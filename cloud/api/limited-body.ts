import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { refusal } from './api-error.ts';

type Body = Pick<FastifyRequest, 'body' | 'headers'>;

const tooLarge = (most: number) =>
  refusal('too-large', {
    what: `The body is larger than the ${most} bytes that this call takes.`,
    next: 'Send less in one call.',
  });

/** A body of raw bytes as it comes, up to `most` octets; one that says it is larger is not read. Throws `too-large`. */
export async function* limitedBody({ body, headers }: Body, most: number): AsyncGenerator<Buffer> {
  if (Number(headers['content-length'] ?? 0) > most) throw tooLarge(most);
  let bytes = 0;
  for await (const chunk of body instanceof Readable ? body : []) {
    bytes += (chunk as Buffer).length;
    if (bytes > most) throw tooLarge(most);
    yield chunk as Buffer;
  }
}

/** All of such a body, where it is needed in one piece. */
export async function wholeBody(request: Body, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of limitedBody(request, most)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
