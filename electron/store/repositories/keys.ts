import type { KeyRow } from '../api.ts';
import type { Connection } from '../connection.ts';
import { sha256, type WriteContext } from '../write-context.ts';

export function keyReads(c: Connection) {
  return {
    get: (id: string): KeyRow | null =>
      c.get<KeyRow>('SELECT id, purpose, envelope, public_part AS publicPart FROM keys WHERE id = ?', id) ??
      null,
    list: (): Omit<KeyRow, 'envelope'>[] =>
      c.all('SELECT id, purpose, public_part AS publicPart FROM keys ORDER BY id'),
  };
}

export function keyWrites({ c, audit }: WriteContext) {
  return {
    put({ id, purpose, envelope, publicPart }: KeyRow, actor: string): void {
      c.run(
        `INSERT INTO keys VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET purpose = excluded.purpose,
         envelope = excluded.envelope, public_part = excluded.public_part`,
        ...[id, purpose, envelope, publicPart],
      );
      const publicSha256 = publicPart === null ? null : sha256(publicPart);
      audit(actor, 'key.put', id, { purpose, envelopeSha256: sha256(envelope), publicSha256 });
    },
  };
}
