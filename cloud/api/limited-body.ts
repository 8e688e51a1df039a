import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { refusal } from './api-error.ts';

/** A body of raw bytes as it comes, up to `most` octets. Throws `too-large`. */
export async function* limitedBody(request: FastifyRequest, most: number): AsyncGenerator<Buffer> {
  const { body } = request;
  let bytes = 0;
  for await (const chunk of body instanceof Readable ? body : []) {
    bytes += (chunk as Buffer).length;
    if (bytes > most)
      throw refusal('too-large', {
        what: `The body is larger than the ${most} bytes that this call takes.`,
        next: 'Send less in one call.',
      });
    yield chunk as Buffer;
  }
}

/** All of such a body, where it is needed in one piece. */
export async function wholeBody(request: FastifyRequest, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of limitedBody(request, most)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
