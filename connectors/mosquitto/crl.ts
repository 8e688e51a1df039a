import { createHash } from 'node:crypto';
import { ConnectorError } from '../errors.ts';
import { bytesOf, children, contentOf, readElement, TAG, type Element } from './der.ts';
import { pemBlocks, toPem } from './pem.ts';

/** What decides which list counts; times in milliseconds since the epoch. */
export interface CrlSummary {
  /** Hash of the issuer's name: lists of one CA share it. */
  issuer: string;
  thisUpdate: number;
  nextUpdate: number | null;
}

const LABEL = 'X509 CRL';

/** Reads a list's head (RFC 5280 section 5.1). Its signature is the broker's to check. */
export function readCrl(der: Uint8Array): CrlSummary {
  const whole = readElement(der, 0);
  const parts = whole?.end === der.length ? children(der, whole) : null;
  const fields = parts?.length === 3 && parts[0] !== undefined ? children(der, parts[0]) : null;
  // version is optional; then algorithm, issuer, thisUpdate, nextUpdate.
  const rest = fields?.slice(fields[0]?.tag === TAG.integer ? 1 : 0) ?? [];
  const [, issuer, thisUpdate, nextUpdate] = rest;
  const since = thisUpdate === undefined ? null : readTime(der, thisUpdate);
  if (issuer?.tag !== TAG.sequence || since === null)
    throw new ConnectorError(
      'bad-crl',
      'This is no list of revoked certificates. The broker keeps the one it has.',
      { retry: 'never' },
    );
  return {
    issuer: nameHash(bytesOf(der, issuer)),
    thisUpdate: since,
    nextUpdate: nextUpdate === undefined ? null : readTime(der, nextUpdate),
  };
}

/** Tells one CA's lists from another's. */
export const nameHash = (name: Uint8Array): string => createHash('sha256').update(name).digest('hex');

/** UTCTime and GeneralizedTime as RFC 5280 sections 4.1.2.5.1 and .2 allow them; null for anything else. */
function readTime(bytes: Uint8Array, element: Element): number | null {
  const text = Buffer.from(contentOf(bytes, element)).toString('latin1');
  const short = element.tag === TAG.utcTime;
  if (!short && element.tag !== TAG.generalizedTime) return null;
  const match = (short ? SHORT_TIME : LONG_TIME).exec(text);
  if (match === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  const century = short ? (year < 50 ? 2000 : 1900) : 0;
  return Date.UTC(century + year, month - 1, day, hour, minute, second);
}

const SHORT_TIME = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;
const LONG_TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;

/** Under a list that is not valid now, OpenSSL lets nobody of that CA connect: such a list is not published. */
export function requireValid({ thisUpdate, nextUpdate }: CrlSummary, now: number): void {
  if (thisUpdate > now)
    throw notValid(
      `begins at ${instant(thisUpdate)}. Compare the clocks of this machine and of the one that made it`,
    );
  if (nextUpdate !== null && nextUpdate <= now)
    throw notValid(`ended at ${instant(nextUpdate)}. Publish the one that is in force`);
}

function notValid(why: string): ConnectorError {
  return new ConnectorError(
    'crl-not-valid',
    `The list of revoked certificates ${why}; under it the broker would let no device in. The broker keeps the one it has.`,
  );
}

/** When the first list of a `crlfile` ends; null when none does. */
export function endOfLists(file: string): number | null {
  const ends = [...pemBlocks(file, LABEL)].map(
    (list) => readCrl(list).nextUpdate ?? Number.POSITIVE_INFINITY,
  );
  const first = Math.min(...ends);
  return Number.isFinite(first) ? first : null;
}

/**
 * The text of a `crlfile` with this list in the place of its CA's older one; null when it is there already.
 * OpenSSL, which the broker keeps its lists in, prefers the later `thisUpdate` and, of two of the same second, the
 * one it met first: so a list of the same second would be taken and not obeyed.
 */
export function withCrl(file: string, der: Uint8Array): string | null {
  const mine = readCrl(der);
  const lists = [...pemBlocks(file, LABEL)];
  if (lists.some((list) => list.equals(der))) return null;
  const others = lists.filter((list) => {
    const { issuer, thisUpdate } = readCrl(list);
    if (issuer !== mine.issuer) return true;
    if (thisUpdate > mine.thisUpdate) throw notNewer(thisUpdate, mine.thisUpdate);
    if (thisUpdate === mine.thisUpdate) throw sameSecond(thisUpdate);
    return false;
  });
  return [...others, der].map((list) => toPem(list, LABEL)).join('');
}

/** Whether a `crlfile` has a list of the CA with this name. */
export function hasCrlOf(file: string, name: Uint8Array): boolean {
  const wanted = nameHash(name);
  return [...pemBlocks(file, LABEL)].some((list) => readCrl(list).issuer === wanted);
}

function notNewer(there: number, given: number): ConnectorError {
  return new ConnectorError(
    'crl-not-newer',
    `The broker has a list of revoked certificates of ${instant(there)}, this one is of ${instant(given)}. It keeps its own.`,
    { context: { there: instant(there), given: instant(given) } },
  );
}

function sameSecond(time: number): ConnectorError {
  return new ConnectorError(
    'crl-same-second',
    `The broker has another list of revoked certificates of the same second (${instant(time)}) and would go on with that. It keeps its own. Make a new list, at least a second later.`,
    { context: { there: instant(time) } },
  );
}

const instant = (time: number): string => new Date(time).toISOString();
