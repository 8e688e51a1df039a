import { X509Certificate } from 'node:crypto';
import type { OnboardingItemRow, OnboardingState } from '../api.ts';
import type { Connection } from '../connection.ts';
import type { WriteContext } from '../write-context.ts';

/** New items per claim at most: bounds the transaction. */
const TOP_UP = 5000;

const ITEMS = `SELECT i.target_id AS targetId, i.fingerprint, i.state, i.attempts, i.reason, i.at,
  c.device_id AS deviceId, c.serial, c.der
  FROM onboarding_items i JOIN certificates c ON c.fingerprint = i.fingerprint`;

type Stored = Omit<OnboardingItemRow, 'name'>;

/** The common name, as brokers know a device. */
function nameOf(der: Uint8Array): string {
  return /^CN=(.*)$/m.exec(new X509Certificate(Buffer.from(der)).subject)?.[1] ?? '';
}
const named = (row: Stored): OnboardingItemRow => ({ ...row, name: nameOf(row.der) });

type Counts = Record<OnboardingState, number>;

export function onboardingReads(c: Connection) {
  return {
    targets: (): { id: string; config: string; paused: boolean }[] =>
      c
        .all<{ id: string; config: string; paused: number }>(
          'SELECT id, config, paused FROM onboarding_targets ORDER BY id',
        )
        .map((row) => ({ ...row, paused: row.paused === 1 })),
    counts(targetId: string): Counts {
      const none = {
        waiting: 0,
        working: 0,
        retry: 0,
        registered: 0,
        dead: 0,
        'revoke-waiting': 0,
        revoked: 0,
      };
      const rows = c.all<{ state: OnboardingState; count: number }>(
        'SELECT state, count(*) AS count FROM onboarding_items WHERE target_id = ? GROUP BY state',
        targetId,
      );
      return { ...none, ...Object.fromEntries(rows.map((row) => [row.state, row.count])) };
    },
    dead(
      targetId: string,
      after: string | null,
      limit: number,
    ): { rows: OnboardingItemRow[]; cursor: string | null } {
      const rows = c.all<Stored>(
        `${ITEMS} WHERE i.target_id = ? AND i.state = 'dead' AND i.fingerprint > ? ORDER BY i.fingerprint LIMIT ?`,
        ...[targetId, after ?? '', limit],
      );
      return {
        rows: rows.map(named),
        cursor: rows.length < limit ? null : (rows.at(-1)?.fingerprint ?? null),
      };
    },
    nextDue: (targetId: string): number | null =>
      c.get<{ due: number | null }>(
        `SELECT min(next_at) AS due FROM onboarding_items
         WHERE target_id = ? AND state IN ('waiting', 'retry', 'working', 'revoke-waiting')`,
        targetId,
      )?.due ?? null,
  };
}

/** Units that passed since the last look become items: the outbox tells them in order. */
function topUp({ c, now }: WriteContext, targetId: string): void {
  const target = c.get<{ cursor: number }>('SELECT cursor FROM onboarding_targets WHERE id = ?', targetId);
  if (target === undefined) return;
  const last = c.get<{ position: number | null }>(
    `SELECT max(position) AS position FROM (
       SELECT position FROM outbox WHERE kind = 'record' AND position > ? ORDER BY position LIMIT ?)`,
    ...[target.cursor, TOP_UP],
  );
  if (last === undefined || last.position === null) return;
  c.run(
    `INSERT INTO onboarding_items
     SELECT ?, c.fingerprint, CASE WHEN r.fingerprint IS NULL THEN 'waiting' ELSE 'revoke-waiting' END, 0, NULL, 0, ?
     FROM outbox o JOIN certificates c ON c.run_id = o.reference
     LEFT JOIN revocations r ON r.fingerprint = c.fingerprint
     WHERE o.kind = 'record' AND o.position > ? AND o.position <= ? ON CONFLICT DO NOTHING`,
    ...[targetId, now(), target.cursor, last.position],
  );
  c.run('UPDATE onboarding_targets SET cursor = ? WHERE id = ?', last.position, targetId);
}

/**
 * `working` keeps in `attempts` how often it was taken; its lease stands in `next_at`. What is to be revoked stays
 * `revoke-waiting` while it is worked on.
 */
function claim(
  w: WriteContext,
  targetId: string,
  limit: number,
  now: number,
  until: number,
): OnboardingItemRow[] {
  topUp(w, targetId);
  const rows = w.c.all<Stored>(
    `${ITEMS} WHERE i.target_id = ? AND i.state IN ('waiting', 'retry', 'working', 'revoke-waiting')
       AND coalesce(i.next_at, 0) <= ? ORDER BY i.state = 'revoke-waiting' DESC, i.next_at LIMIT ?`,
    ...[targetId, now, limit],
  );
  for (const { fingerprint } of rows) {
    w.c.run(
      `UPDATE onboarding_items SET attempts = attempts + 1, next_at = ?,
         state = CASE state WHEN 'revoke-waiting' THEN state ELSE 'working' END
       WHERE target_id = ? AND fingerprint = ?`,
      ...[until, targetId, fingerprint],
    );
  }
  return rows.map((row) => named({ ...row, attempts: row.attempts + 1 }));
}

interface Result {
  fingerprint: string;
  state: OnboardingState;
  reason: string | null;
  nextAt: number | null;
}

/** A revocation that came while the item was being registered is not lost: it is revoked next. */
function settle({ c, now }: WriteContext, targetId: string, results: readonly Result[]): void {
  for (const { fingerprint, state, reason, nextAt } of results) {
    c.run(
      `UPDATE onboarding_items SET reason = ?, at = ?,
         next_at = CASE WHEN state = 'revoke-waiting' AND ? <> 'revoked' THEN coalesce(?, 0) ELSE ? END,
         state = CASE WHEN state = 'revoke-waiting' AND ? <> 'revoked' THEN state ELSE ? END
       WHERE target_id = ? AND fingerprint = ?`,
      ...[reason, now(), state, nextAt, nextAt, state, state, targetId, fingerprint],
    );
  }
}

const marks = (values: readonly unknown[]): string => values.map(() => '?').join(', ');

export function onboardingWrites(w: WriteContext) {
  const { c, audit } = w;
  return {
    putTarget({ id, config, paused }: { id: string; config: string; paused: boolean }, actor: string): void {
      c.run(
        `INSERT INTO onboarding_targets VALUES (?, ?, ?, 0)
         ON CONFLICT (id) DO UPDATE SET config = excluded.config, paused = excluded.paused`,
        ...[id, config, paused ? 1 : 0],
      );
      audit(actor, 'onboarding.target', id, { paused });
    },
    removeTarget(id: string, actor: string): void {
      c.run('DELETE FROM onboarding_targets WHERE id = ?', id);
      audit(actor, 'onboarding.remove', id);
    },
    claim: (targetId: string, limit: number, now: number, leaseUntil: number): OnboardingItemRow[] =>
      claim(w, targetId, limit, now, leaseUntil),
    settle: (targetId: string, results: readonly Result[]): void => settle(w, targetId, results),
    retry(targetId: string, fingerprints: string[] | null): number {
      const some = fingerprints === null ? '' : ` AND fingerprint IN (${marks(fingerprints)})`;
      return c.run(
        `UPDATE onboarding_items SET state = 'waiting', attempts = 0, next_at = 0
         WHERE target_id = ? AND state = 'dead'${some}`,
        ...[targetId, ...(fingerprints ?? [])],
      );
    },
    again(targetId: string, which: 'all' | 'revoked', actor: string): number {
      const states = which === 'all' ? ['registered', 'revoked'] : ['revoked'];
      const items = c.run(
        `UPDATE onboarding_items SET attempts = 0, next_at = 0, reason = NULL,
           state = CASE state WHEN 'revoked' THEN 'revoke-waiting' ELSE 'waiting' END
         WHERE target_id = ? AND state IN (${marks(states)})`,
        ...[targetId, ...states],
      );
      audit(actor, 'onboarding.again', targetId, { which, items });
      return items;
    },
  };
}
