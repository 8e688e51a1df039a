import { sign } from 'node:crypto';
import { z } from 'zod';
import type { UpBody } from '#protocol/up.ts';
import type { Authority } from '#services/pki/authority.ts';
import { buildCrl, type RevokedEntry } from '#services/pki/crl.ts';
import type { Signer } from '#services/pki/signer.ts';
import { parseCertificate } from '#services/pki/chain.ts';
import type { Vault } from '#services/vault/vault.ts';
import type { Store } from '#store/api.ts';
import { der, readSetting, sha256Of } from './membership.ts';
import type { Pace } from './pace.ts';

export interface RevocationParts {
  store: Pick<Store, 'inbox' | 'outbox' | 'settings'>;
  vault: Pick<Vault, 'withKey'>;
  authority: Pick<Authority, 'issuerCertificate'>;
  pace: Pick<Pace, 'date'>;
  onDefect: (error: unknown) => void;
}

const SETTING = 'pki.crl';
const kept = z.strictObject({
  number: z.number().int(),
  /** Of the store's revocations when it was signed. */
  head: z.number().int(),
  madeAt: z.iso.datetime(),
  der: z.base64(),
});
type Kept = z.infer<typeof kept>;

const DAY_MS = 86_400_000;
/** How long a list may be used, and after how long a new one is made: a station may be off for weeks. */
const VALID_DAYS = 120;
const RENEW_DAYS = 20;
/**
 * Lists are dated back by so much: numbers are seconds, each list gets the second of its number, and a few quick ones may
 * run ahead of the clock. Readers order by that second, and of two of the same one they obey the first.
 */
const BACKDATE_SECONDS = 300;
const PAGE = 1000;
/** Longest list that a message may bring (protocol/up.ts), base64: about 2,900 revocations of one station. */
const LONGEST_TOLD = 200_000;

/** The key of the station's issuing CA, as authority.ts keeps it. */
const ISSUING = { id: 'issuing-ca', purpose: 'certificate-signing' } as const;

/** List of revoked certificates of this station's issuing CA (docs/decisions/0009-who-signs-crls.md). */
export class RevocationList {
  private readonly parts: RevocationParts;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(parts: RevocationParts) {
    this.parts = parts;
  }

  /** DER: the list in force. Signed now, and handed up, where there is none, more was revoked, or it grows old. */
  current(): Promise<Buffer> {
    return this.inTurn(async () => {
      const last = await this.read();
      const head = await this.parts.store.inbox.revokedHead();
      const age = this.parts.pace.date().getTime() - Date.parse(last?.madeAt ?? '1970-01-01T00:00:00.000Z');
      const good = last !== null && last.head === head && age < RENEW_DAYS * DAY_MS;
      return der(good ? last.der : (await this.make(last)).der);
    });
  }

  /** Another list, of a later second, though nothing was revoked: a target has one of the same second from elsewhere. */
  renew(refused: Uint8Array): Promise<Buffer> {
    return this.inTurn(async () => {
      const last = await this.read();
      const isNewer = last !== null && !der(last.der).equals(refused);
      return der(isNewer ? last.der : (await this.make(last)).der);
    });
  }

  private inTurn<T>(act: () => Promise<T>): Promise<T> {
    const mine = this.turn.then(act);
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  private read(): Promise<Kept | null> {
    return readSetting(this.parts.store.settings, SETTING, kept);
  }

  private async entries(): Promise<RevokedEntry[]> {
    const entries: RevokedEntry[] = [];
    for (let after: string | null = null; ;) {
      const rows = await this.parts.store.inbox.revocations(after, PAGE);
      entries.push(...rows.map(({ serial, at, reason }) => ({ serial, reason, at: new Date(at) })));
      after = rows.at(-1)?.fingerprint ?? null;
      if (rows.length < PAGE) return entries;
    }
  }

  /** Told before it is kept: after a crash in between a newer one is made, never one that nobody hears of. */
  private async make(last: Kept | null): Promise<Kept> {
    const { store, authority, pace } = this.parts;
    const issuer = authority.issuerCertificate;
    const madeAt = pace.date();
    // By the clock, so that it grows also where the list before was lost with a backup.
    const number = Math.max((last?.number ?? 0) + 1, Math.floor(madeAt.getTime() / 1000));
    const thisUpdate = new Date((number - BACKDATE_SECONDS) * 1000);
    const nextUpdate = new Date(madeAt.getTime() + VALID_DAYS * DAY_MS);
    // What comes while it is signed may be in it, and makes the next one all the same.
    const head = await store.inbox.revokedHead();
    const revoked = await this.entries();
    const list = await buildCrl({ issuer, number, thisUpdate, nextUpdate, revoked }, this.signer());
    const text = list.toString('base64');
    await this.tell({ issuer: sha256Of(issuer), number, der: text });
    const made = { number, head, madeAt: madeAt.toISOString(), der: text };
    await store.settings.set(SETTING, JSON.stringify(made), 'station');
    return made;
  }

  /** A message that is too long would stop the line for good: then only this station's targets get the list. */
  private async tell(body: UpBody<'crl'>): Promise<void> {
    if (body.der.length <= LONGEST_TOLD) return this.parts.store.outbox.addCrl(body);
    const what = `The list of revoked certificates is too long for the cloud (${body.der.length} characters).`;
    this.parts.onDefect(
      new RangeError(`${what} The cloud keeps the one before it; targets of this station get it.`),
    );
  }

  private signer(): Signer {
    const { vault, authority } = this.parts;
    const { publicKey } = parseCertificate(authority.issuerCertificate, 'The issuing CA');
    return {
      publicKeySpki: publicKey.export({ type: 'spki', format: 'der' }),
      sign: (data) => vault.withKey(ISSUING.id, ISSUING.purpose, (key) => sign('sha256', data, key)),
    };
  }
}
