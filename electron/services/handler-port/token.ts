import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const TOKEN_BYTES = 32;
/** Wrong tokens that an address may give before it waits. */
const FREE_TRIES = 5;
const WAIT_MS = 30_000;
/** Addresses remembered; the oldest go first. */
const MOST_ADDRESSES = 1000;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

export function newToken(): { token: string; tokenHash: string } {
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  return { token, tokenHash: digest(token).toString('hex') };
}

/** Compares in constant time, and lets an address that guesses wait. */
export class TokenGate {
  private readonly hash: Buffer | null;
  private readonly clock: () => number;
  private readonly wrong = new Map<string, { count: number; until: number }>();

  constructor(tokenHash: string | null, clock: () => number = () => performance.now()) {
    this.hash = tokenHash === null ? null : Buffer.from(tokenHash, 'hex');
    this.clock = clock;
  }

  check(token: string, address: string): 'ok' | 'wrong' | 'wait' {
    const before = this.wrong.get(address);
    if (before !== undefined && before.until > this.clock()) return 'wait';
    if (this.hash !== null && timingSafeEqual(this.hash, digest(token))) {
      this.wrong.delete(address);
      return 'ok';
    }
    this.note(address, (before?.count ?? 0) + 1);
    return 'wrong';
  }

  private note(address: string, count: number): void {
    const until = count >= FREE_TRIES ? this.clock() + WAIT_MS : 0;
    this.wrong.delete(address);
    this.wrong.set(address, { count, until });
    const [oldest] = this.wrong.keys();
    if (this.wrong.size > MOST_ADDRESSES && oldest !== undefined) this.wrong.delete(oldest);
  }
}
