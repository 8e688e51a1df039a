import type { CaKey } from '#cloud/pki/certificates.ts';
import { sha256 } from '#cloud/pki/certificates.ts';
import type { Trx } from '#cloud/server/context.ts';
import { buildCrl, issuerOf, type RevokedEntry } from '#services/pki/crl.ts';
import type { RevocationContext } from './issuers.ts';

/** How long a list counts. It is signed anew well before that (refresh.ts). */
export const LIST_DAYS = 7;
const DAY_MS = 86_400_000;
/** Lists are dated back by so much: room to give each of many quick ones a second of its own, which readers order by. */
const BACKDATE_MS = 5 * 60_000;
/** Rows read at once. */
const PAGE = 5_000;

export interface SignedList {
  issuer: string;
  number: number;
  revoked: number;
  der: Buffer;
}

interface Scope {
  ca: CaKey;
  /** Null: of every issuer, as an indirect list. */
  issuer: string | null;
}

/** Revocations in the order in which they were made, page by page. */
async function entriesOf(trx: Trx, tenantId: string, { issuer }: Scope): Promise<RevokedEntry[]> {
  const entries: RevokedEntry[] = [];
  for (let after: { at: Date; fingerprint: string } | null = null; ;) {
    let found = trx
      .selectFrom('revocations')
      .innerJoin('certificates', (join) =>
        join
          .onRef('certificates.tenant_id', '=', 'revocations.tenant_id')
          .onRef('certificates.fingerprint', '=', 'revocations.fingerprint'),
      )
      .select(['revocations.serial', 'revocations.reason', 'revocations.at'])
      .select(['revocations.fingerprint', 'certificates.der'])
      .where('revocations.tenant_id', '=', tenantId);
    if (issuer !== null) found = found.where('revocations.issuer', '=', issuer);
    if (after !== null) {
      const { at, fingerprint } = after;
      found = found.where((of) =>
        of(of.refTuple('revocations.at', 'revocations.fingerprint'), '>', of.tuple(at, fingerprint)),
      );
    }
    const rows = await found
      .orderBy('revocations.at')
      .orderBy('revocations.fingerprint')
      .limit(PAGE)
      .execute();
    // In an indirect list an entry without a name would count as of the entry before it.
    for (const { serial, reason, at, der } of rows)
      entries.push({ serial, reason, at, ...(issuer === null ? { issuer: issuerOf(der) } : {}) });
    after = rows.at(-1) ?? null;
    if (rows.length < PAGE) return entries;
  }
}

/** The last list of an issuer under a lock, so that two revocations make two numbers. */
async function lockLast(
  trx: Trx,
  tenantId: string,
  issuer: string,
): Promise<{ number: number; this_update: Date }> {
  const none = {
    number: 0,
    this_update: new Date(0),
    next_update: new Date(0),
    revoked: 0,
    der: Buffer.alloc(0),
  };
  await trx
    .insertInto('crls')
    .values({ tenant_id: tenantId, issuer, ...none })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return trx
    .selectFrom('crls')
    .select(['number', 'this_update'])
    .where('tenant_id', '=', tenantId)
    .where('issuer', '=', issuer)
    .forUpdate()
    .executeTakeFirstOrThrow();
}

async function sign(
  { now }: RevocationContext,
  trx: Trx,
  tenantId: string,
  scope: Scope,
): Promise<SignedList> {
  const issuer = sha256(scope.ca.certificate);
  const last = await lockLast(trx, tenantId, issuer);
  const revoked = await entriesOf(trx, tenantId, scope);
  const number = last.number + 1;
  const since = Math.max(now().getTime() - BACKDATE_MS, last.this_update.getTime() + 1000);
  const [thisUpdate, nextUpdate] = [new Date(since), new Date(now().getTime() + LIST_DAYS * DAY_MS)];
  const plan = { issuer: scope.ca.certificate, number, thisUpdate, nextUpdate, revoked };
  const der = await buildCrl({ ...plan, indirect: scope.issuer === null }, scope.ca.signer);
  await trx
    .updateTable('crls')
    .set({ number, this_update: thisUpdate, next_update: nextUpdate, revoked: revoked.length, der })
    .where('tenant_id', '=', tenantId)
    .where('issuer', '=', issuer)
    .execute();
  return { issuer, number, revoked: revoked.length, der };
}

/** Signs the list of the cloud's own authority for devices. */
export async function signDirectList(
  context: RevocationContext,
  trx: Trx,
  tenantId: string,
): Promise<SignedList> {
  const ca = await context.est.of(tenantId);
  return sign(context, trx, tenantId, { ca, issuer: sha256(ca.certificate) });
}

/**
 * Signs the tenant's indirect list: certificates of every issuer, each with its issuer's name (RFC 5280, 5.3.3). For
 * readers that know such lists, until the station has signed one of its own.
 */
export async function signIndirectList(
  context: RevocationContext,
  trx: Trx,
  tenantId: string,
): Promise<SignedList> {
  const { issuing } = await context.authorities.of(tenantId);
  return sign(context, trx, tenantId, { ca: issuing, issuer: null });
}
