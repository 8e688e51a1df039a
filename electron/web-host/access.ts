import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const COOKIE = 'rootline';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Who may talk to the web host: one-time tokens from the terminal become host sessions held in a cookie. */
export interface HostAccess {
  /** A fresh one-time token; earlier unused ones end. */
  issueToken(): string;
  /** Exchanges a token for the value of a Set-Cookie header; null when it is wrong or used. */
  redeem(token: string): string | null;
  /** The host session of a request, or null. */
  sessionOf(request: IncomingMessage): string | null;
}

/** Tokens and session ids are kept as digests: neither a heap dump nor a timing shows a usable one. */
export function createHostAccess(): HostAccess {
  let token: Buffer | null = null;
  const sessions = new Map<string, Buffer>();
  return {
    issueToken() {
      const fresh = randomBytes(32).toString('base64url');
      token = digest(fresh);
      return fresh;
    },
    redeem(given) {
      if (token === null || !timingSafeEqual(token, digest(given))) return null;
      token = null;
      const secret = randomBytes(32).toString('base64url');
      const hashed = digest(secret);
      sessions.set(hashed.toString('hex'), hashed);
      return `${COOKIE}=${secret}; Path=/; HttpOnly; SameSite=Strict`;
    },
    sessionOf(request) {
      const secret = cookie(request.headers.cookie ?? '', COOKIE);
      if (secret === null) return null;
      const hashed = digest(secret);
      const known = sessions.get(hashed.toString('hex'));
      return known !== undefined && timingSafeEqual(known, hashed) ? known.toString('hex') : null;
    },
  };
}

function cookie(header: string, name: string): string | null {
  for (const pair of header.split(';')) {
    const [key, value] = pair.trim().split('=', 2);
    if (key === name && value !== undefined && value !== '') return value;
  }
  return null;
}
