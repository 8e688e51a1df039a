import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { Connection } from './connection.ts';
import { migrate } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import { createReads, createWrites } from './repositories/index.ts';
import { createWriteContext } from './write-context.ts';

it('a clock set back loses no order', () => {
  const db = new Database(':memory:');
  migrate(db, migrations);
  const connection = new Connection(db);
  let clock = Date.UTC(2030, 0, 1);
  const writes = createWrites(createWriteContext(connection, () => (clock -= 3_600_000)));
  const reads = createReads(connection);
  const job = { id: 'J', name: 'J', revision: 1, sha256: 'x', recipe: '{}', allowanceTotal: 9 };
  writes.jobs.put(job, '207');
  writes.batches.open({ id: 'b', jobId: 'J', traveller: 'T', lot: 'L', quantity: 1, openedBy: '114' });
  for (const [id, uid] of Object.entries({ r1: '01', r2: '02', r3: '03' })) {
    writes.runs.begin({ id, batchId: 'b', jobId: 'J', site: 'A1', operator: '114' });
    writes.runs.identified(id, uid);
    writes.runs.intent({ runId: id, phase: 'program', irreversible: false, body: {} });
    writes.runs.evidence({ runId: id, phase: 'program', body: {}, measurements: [], seconds: 2 });
  }
  writes.runs.finish({ runId: 'r1', outcome: 'passed', error: null, body: {}, refund: false });
  expect(reads.runs.unfinished().map(({ id }) => id)).toEqual(['r2', 'r3']);
  expect(reads.runs.journal('r1').map(({ kind }) => kind)).toEqual(['intent', 'evidence', 'outcome']);
  expect(reads.runs.get('r1')?.seconds).toBe(2);
  const page = reads.units.search({ text: '', outcome: null, batchId: null, after: null, limit: 9 });
  expect(page.rows.map(({ chipUid }) => chipUid)).toEqual(['03', '02', '01']);
  expect(reads.audit.verifySlice({ sequence: 0, hash: '0'.repeat(64) }, 100).broken).toBeNull();
  db.close();
});
