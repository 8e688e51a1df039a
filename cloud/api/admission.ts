import type { FastifyRequest } from 'fastify';
import { consoleRoles, type ConsoleRole, type Operation } from '#cloud/contract/operation.ts';
import { Buckets, type Rate } from '#cloud/metrics/buckets.ts';
import type { CloudError } from '#cloud/server/problem.ts';
import { refusal } from './api-error.ts';
import { isSameSite, sessionSecret } from './cookies.ts';
import { NOBODY, type Caller } from './handlers.ts';

/** Finds who holds a token or a session cookie; null for one that is unknown, revoked or ended. */
export interface Identities {
  byToken(token: string): Promise<Caller | null>;
  bySession(cookie: string): Promise<Caller | null>;
}

/** Calls that one token, one address without a token, and one address with wrong tokens may make. */
export interface Limits {
  token: Rate;
  address: Rate;
  wrongTokens: Rate;
}

export const LIMITS: Limits = {
  token: { perMinute: 3_000, burst: 1_000 },
  address: { perMinute: 600, burst: 200 },
  wrongTokens: { perMinute: 10, burst: 20 },
};

/** Whether `role` may do what asks for `least`: roles are ordered, the first may everything. */
export function mayDo(role: ConsoleRole, least: ConsoleRole): boolean {
  return consoleRoles.indexOf(role) <= consoleRoles.indexOf(least);
}

function slowDown(buckets: Buckets, key: string): void {
  const waitMs = buckets.take(key);
  if (waitMs === 0) return;
  const retryAfterSeconds = Math.ceil(waitMs / 1000);
  throw refusal('too-many', {
    what: 'Too many calls at once; this one was not looked at.',
    next: `Try again in ${retryAfterSeconds} s.`,
    retryAfterSeconds,
  });
}

const signedOut = (): CloudError =>
  refusal('signed-out', {
    what: 'This call needs an access token or a session.',
    next: 'Sign in, or send the token as "Authorization: Bearer …".',
  });
const wrongToken = (): CloudError =>
  refusal('wrong-token', {
    what: 'The token or session is unknown, was revoked, or has ended.',
    next: 'Sign in again, or ask an administrator for a new token.',
  });

/** The token of an Authorization header, null where there is none. */
export function bearerToken(request: FastifyRequest): string | null {
  return /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? null;
}

/** Decides who may call: rate limits, token or session, same site, role; in this order, before the body is read. */
export class Admission {
  readonly #identities: Identities;
  readonly #buckets: Record<keyof Limits, Buckets>;

  constructor(identities: Identities, clock: () => number, limits: Limits = LIMITS) {
    this.#identities = identities;
    this.#buckets = {
      token: new Buckets(limits.token, clock),
      address: new Buckets(limits.address, clock),
      wrongTokens: new Buckets(limits.wrongTokens, clock),
    };
  }

  async admit(request: FastifyRequest, { access }: Pick<Operation, 'access'>): Promise<Caller> {
    if (access === 'anyone') {
      slowDown(this.#buckets.address, request.ip);
      return NOBODY;
    }
    const caller = await this.identify(request);
    slowDown(this.#buckets.token, caller.tokenId);
    if (mayDo(caller.role, access)) return caller;
    throw refusal('forbidden', {
      what: `The role ${caller.role} may not do this; it takes the role ${access}.`,
      next: 'Ask an administrator to do it, or for a token with that role.',
    });
  }

  /** Who calls, by header or by cookie. Throws `signed-out`, `wrong-token`, `other-site`, `too-many`. */
  async identify(request: FastifyRequest): Promise<Caller> {
    const [token, session] = [bearerToken(request), sessionSecret(request)];
    if (token !== null) return this.known(request, token);
    if (session === null) throw signedOut();
    if (!isSameSite(request))
      throw refusal('other-site', {
        what: 'The call comes from a page of another site and was refused.',
        next: 'Use the console of this cloud, or an access token.',
      });
    return this.#orWrong(request, await this.#identities.bySession(session));
  }

  /** Who holds a token. An address that tries many wrong ones has to wait. */
  async known(request: FastifyRequest, token: string): Promise<Caller> {
    return this.#orWrong(request, await this.#identities.byToken(token));
  }

  #orWrong(request: FastifyRequest, caller: Caller | null): Caller {
    if (caller !== null) return caller;
    slowDown(this.#buckets.wrongTokens, request.ip);
    throw wrongToken();
  }
}
