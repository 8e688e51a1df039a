import { GENESIS, linkHash } from '#protocol/chain.ts';
import type { UpKind } from '#protocol/up.ts';
import type { Connection } from './connection.ts';
import { lineOf } from './outbox-line.ts';

/**
 * Appends one message for the cloud to the station's chain. `reference` names the row that the body was made of: the
 * body is then not kept a second time. Runs in the transaction of what the message describes.
 */
export function appendOutbox(
  c: Connection,
  at: string,
  message: { kind: UpKind; body: string; reference?: string },
): void {
  const head = c.get<{ position: number; hash: string }>(
    'SELECT position, hash FROM outbox ORDER BY position DESC LIMIT 1',
  );
  const audit = c.get<{ sequence: number | null }>('SELECT max(sequence) AS sequence FROM audit');
  const { kind, body, reference = null } = message;
  const stored = { position: (head?.position ?? 0) + 1, kind, at, audit: audit?.sequence ?? 0, body };
  const line = lineOf(stored, body);
  c.run(
    'INSERT INTO outbox VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    ...[stored.position, kind, at, stored.audit, reference === null ? body : null, reference],
    ...[Buffer.byteLength(line), linkHash(head?.hash ?? GENESIS, line)],
  );
}
