import { join } from 'node:path';
import Database from 'better-sqlite3';
import { batchBody } from '#cloud/line/station-fixtures.ts';
import { GENESIS, linkHash } from '#protocol/chain.ts';
import { upLine, type UpKind } from '#protocol/up.ts';
import { manyUnits } from './many-units.ts';

/** Units per transaction. */
const GROUP = 1000;

/**
 * Puts a batch and `units` passed units, three messages each, into the outbox of a closed station: weeks of work at once.
 * Returns how many messages there are.
 */
export async function fillOutbox(dataDir: string, units: number): Promise<number> {
  const db = new Database(join(dataDir, 'rootline.sqlite'));
  const make = await manyUnits();
  const insert = db.prepare('INSERT INTO outbox VALUES (?, ?, ?, 0, ?, NULL, ?, ?)');
  const last = db.prepare('SELECT position, hash FROM outbox ORDER BY position DESC LIMIT 1').get();
  let head = (last as { position: number; hash: string } | undefined) ?? { position: 0, hash: GENESIS };
  const append = (kind: UpKind, message: unknown): void => {
    const [position, at, body] = [head.position + 1, new Date().toISOString(), JSON.stringify(message)];
    const line = upLine(position, kind, at, 0, body);
    head = { position, hash: linkHash(head.hash, line) };
    insert.run(position, kind, at, body, Buffer.byteLength(line), head.hash);
  };
  append('batch', batchBody());
  for (let done = 0; done < units; done += GROUP) {
    db.transaction(() => {
      for (let unit = done; unit < Math.min(units, done + GROUP); unit += 1) {
        const { attempt, certificate, record } = make();
        append('attempt', attempt);
        append('certificate', certificate);
        append('record', record);
      }
    })();
  }
  db.close();
  return head.position;
}
