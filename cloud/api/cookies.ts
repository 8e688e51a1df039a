import type { FastifyReply, FastifyRequest } from 'fastify';

/** The prefix makes browsers take it only over TLS, for this host and the whole of it (RFC 6265bis, 4.1.3.2). */
export const SESSION_COOKIE = '__Host-rootline';
/** For callers that are no browser and send no Origin: a page of another site cannot set it unasked (Fetch, 4.8). */
export const CONSOLE_HEADER = 'rootline-console';

/** The session secret of a call, null where there is none. */
export function sessionSecret(request: FastifyRequest): string | null {
  for (const pair of (request.headers.cookie ?? '').split(/; */)) {
    const [name, value] = pair.split('=', 2);
    if (name === SESSION_COOKIE && value !== undefined && value !== '') return value;
  }
  return null;
}

export function setSession(reply: FastifyReply, secret: string, seconds: number): void {
  const attributes = `Path=/; Max-Age=${seconds}; HttpOnly; Secure; SameSite=Strict`;
  reply.header('set-cookie', `${SESSION_COOKIE}=${secret}; ${attributes}`);
}

export function endSession(reply: FastifyReply): void {
  setSession(reply, '', 0);
}

const SAFE = ['GET', 'HEAD', 'OPTIONS'];

/** Whether a call by cookie comes from our own pages: what only reads always may, SameSite keeps the answer from others. */
export function isSameSite(request: FastifyRequest): boolean {
  if (SAFE.includes(request.method)) return true;
  const { origin } = request.headers;
  return origin === undefined
    ? request.headers[CONSOLE_HEADER] === '1'
    : origin === `https://${request.host}`;
}
