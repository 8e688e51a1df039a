import type { DownEffect, JobRow, OrderRow, ReceivedRow, RevocationRow } from '../api.ts';
import type { Connection } from '../connection.ts';
import { StoreError } from '../errors.ts';
import type { UpBody } from '#protocol/up.ts';
import type { WriteContext } from '../write-context.ts';
import { jobWrites } from './jobs.ts';
import { settingWrites } from './settings.ts';

const appliedOf = (c: Connection): number =>
  c.get<{ sequence: number | null }>('SELECT max(sequence) AS sequence FROM inbox')?.sequence ?? 0;

export function inboxReads(c: Connection) {
  return {
    applied: (): number => appliedOf(c),
    received: (limit: number): ReceivedRow[] =>
      c.all('SELECT * FROM inbox ORDER BY sequence DESC LIMIT ?', limit),
    revocation: (fingerprint: string): RevocationRow | null =>
      c.get<RevocationRow>(
        'SELECT fingerprint, serial, device_id AS deviceId, reason, at FROM revocations WHERE fingerprint = ?',
        fingerprint,
      ) ?? null,
    // Rows of a table without an integer key are numbered as they come, and none of these is ever deleted.
    revokedHead: (): number =>
      c.get<{ head: number | null }>('SELECT max(rowid) AS head FROM revocations')?.head ?? 0,
    revocations: (after: string | null, limit: number): RevocationRow[] =>
      c.all(
        `SELECT r.fingerprint, c.serial, r.device_id AS deviceId, r.reason, r.at
         FROM revocations r JOIN certificates c ON c.fingerprint = r.fingerprint
         WHERE r.fingerprint > ? ORDER BY r.fingerprint LIMIT ?`,
        ...[after ?? '', limit],
      ),
  };
}

interface Message {
  sequence: number;
  id: string;
  kind: string;
  title: string;
  reason: string | null;
  effect: DownEffect;
}

/** A new revision comes with the order's allowance; one that is here gets it on top. */
function addOrder(
  w: WriteContext,
  order: OrderRow,
  job: Omit<JobRow, 'allowanceLeft' | 'allowanceTotal'>,
): void {
  const { orderId, number, jobId, revision, allowance } = order;
  const here = w.c.get<{ allowanceTotal: number }>(
    'SELECT allowance_total AS allowanceTotal FROM jobs WHERE id = ? AND revision = ?',
    ...[jobId, revision],
  );
  jobWrites(w).put({ ...job, allowanceTotal: here?.allowanceTotal ?? 0 }, 'cloud');
  w.c.run(
    `UPDATE jobs SET allowance_total = allowance_total + ?, allowance_left = allowance_left + ?
     WHERE id = ? AND revision = ?`,
    ...[allowance, allowance, jobId, revision],
  );
  w.c.run(
    'INSERT INTO orders (order_id, number, job_id, revision, allowance, at) VALUES (?, ?, ?, ?, ?, ?)',
    ...[orderId, number, jobId, revision, allowance, w.now()],
  );
}

/** What was made stays made: only what is left of the order goes. */
function withdraw({ c }: WriteContext, orderId: string): void {
  const order = c.get<OrderRow>(
    `SELECT order_id AS orderId, number, job_id AS jobId, revision, allowance FROM orders
     WHERE order_id = ? AND withdrawn = 0`,
    orderId,
  );
  if (order === undefined) throw new StoreError('not-found', `no order ${orderId} to withdraw`, { orderId });
  const left = c.get<{ left: number }>(
    'SELECT min(allowance_left, ?) AS left FROM jobs WHERE id = ? AND revision = ?',
    ...[order.allowance, order.jobId, order.revision],
  );
  c.run(
    `UPDATE jobs SET allowance_total = allowance_total - ?, allowance_left = allowance_left - ?
     WHERE id = ? AND revision = ?`,
    ...[left?.left ?? 0, left?.left ?? 0, order.jobId, order.revision],
  );
  c.run('UPDATE orders SET withdrawn = 1 WHERE order_id = ?', orderId);
}

function revoke({ c }: WriteContext, revoked: readonly RevocationRow[]): void {
  for (const { fingerprint, serial, deviceId, reason, at } of revoked) {
    c.run(
      'INSERT INTO revocations VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
      ...[fingerprint, serial, deviceId, reason, at],
    );
    c.run(
      `UPDATE onboarding_items SET next_at = NULL, attempts = 0, state = 'revoke-waiting'
       WHERE fingerprint = ? AND state NOT IN ('revoked', 'revoke-waiting')`,
      fingerprint,
    );
  }
}

function take(w: WriteContext, effect: DownEffect): void {
  if (effect.kind === 'order') addOrder(w, effect.order, effect.job);
  else if (effect.kind === 'withdraw') withdraw(w, effect.orderId);
  else if (effect.kind === 'revocations') revoke(w, effect.revoked);
  else if (effect.kind === 'settings')
    for (const { key, value } of effect.settings) settingWrites(w).set(key, value, 'cloud');
}

function apply(w: WriteContext, message: Message): void {
  const { sequence, id, kind, title, reason, effect } = message;
  const next = appliedOf(w.c) + 1;
  if (sequence !== next) {
    throw new StoreError('conflict', `message ${sequence} is not the next one, ${next}`, { sequence, next });
  }
  take(w, effect);
  const outcome = effect.kind === 'refused' ? 'refused' : 'applied';
  w.c.run(
    'INSERT INTO inbox VALUES (?, ?, ?, ?, ?, ?, ?)',
    ...[sequence, id, kind, title, outcome, reason, w.now()],
  );
  w.audit('cloud', `cloud.${kind}`, id, { sequence, outcome, reason });
  const receipt: UpBody<'receipt'> = { sequence, kind, id, outcome, reason };
  w.outbox({ kind: 'receipt', body: JSON.stringify(receipt) });
}

export function inboxWrites(w: WriteContext) {
  return {
    apply: (message: Message): void => apply(w, message),
    reset(tenantId: string, actor: string): void {
      w.c.run('DELETE FROM inbox');
      w.c.run('UPDATE outbox_state SET epoch = 1, acknowledged = 0');
      w.audit(actor, 'cloud.reset', tenantId);
    },
  };
}
