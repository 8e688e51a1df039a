import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GENESIS, linkHash } from '#protocol/chain.ts';
import { upBodies, upMessage, type UpKind } from '#protocol/up.ts';
import { temporaryFolder } from '../fixtures.ts';
import { migrate } from '../migrate.ts';
import { openStore } from '../open.ts';
import { initial } from './0001-initial.ts';

const at = '2026-01-02T03:04:05.000Z';
const batchId = '0b0e7b1e-5a94-4a54-9d0c-6f4f0d3f1a11';
const deviceId = 'ab'.repeat(32);

/** A station of the first version with one batch: a unit that failed and one that passed, more than a page of checkpoints. */
const HISTORY = `
  INSERT INTO jobs VALUES ('TH4', 12, 'Thermostat', '${'cd'.repeat(32)}', '{}', 10, 8);
  INSERT INTO batches (sequence, id, job_id, job_revision, traveller, lot, quantity, state, opened_by, opened_at,
    closed_at, made, failed, attempts, debited)
    VALUES (7, '${batchId}', 'TH4', 12, 'T', 'L', 2, 'closed', '114', '${at}', '${at}', 1, 1, 2, 2);
  INSERT INTO runs (sequence, id, batch_id, job_id, job_revision, site, operator, attempt, chip_uid, device_id, serial,
    outcome, error, started_at, ended_at, seconds, debited) VALUES
    (1, 'r1', '${batchId}', 'TH4', 12, 'A1', '114', 1, 'aa', NULL, NULL, 'failed', '{"code":"verify","what":"Bad"}',
     '${at}', '${at}', 3.5, 1),
    (2, 'r2', '${batchId}', 'TH4', 12, 'A2', '114', 1, 'bb', '${deviceId}', 'f00d', 'passed', NULL, '${at}', '${at}',
     NULL, 1),
    (3, 'r3', '${batchId}', 'TH4', 12, 'A3', '114', 1, NULL, NULL, NULL, 'running', NULL, '${at}', NULL, NULL, 0);
  INSERT INTO certificates VALUES (1, 'f00d', '${'12'.repeat(32)}', 'r2', '${deviceId}', 'CN=x', x'3000');
  INSERT INTO records VALUES ('r2', '{"a":1}', 'h.p.s');
  INSERT INTO audit SELECT value, '${at}', '114', 'x', 'y', '{}', '', '' FROM generate_series_1200;
  INSERT INTO checkpoints SELECT value, 'jws', '${at}' FROM generate_series_1200;`;

let folder: string;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => rm(folder, { recursive: true }));

function makeOld(): void {
  const db = new Database(join(folder, 'rootline.sqlite'));
  migrate(db, [initial]);
  db.exec(`CREATE TEMP TABLE generate_series_1200 AS WITH RECURSIVE n (value) AS
    (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 1200) SELECT value FROM n`);
  db.exec(HISTORY);
  db.close();
}

describe('a station that had a history before it knew of a cloud', () => {
  it('tells all of it, in one chain, in messages as they are written today', async () => {
    makeOld();
    const store = await openStore({ dataDir: folder });
    const rows = await store.outbox.page(0, { rows: 5000, bytes: 1e9 });
    let hash = GENESIS;
    const messages = rows.map(({ line, hash: stored }) => {
      hash = linkHash(hash, line);
      expect(stored).toBe(hash);
      const message = upMessage.parse(JSON.parse(line));
      return { k: message.k, b: upBodies[message.k as UpKind].parse(message.b) };
    });
    expect(messages.slice(0, 5).map(({ k }) => k)).toEqual([
      'batch',
      'attempt',
      'certificate',
      'attempt',
      'record',
    ]);
    expect(messages[0]?.b).toMatchObject({ state: 'closed', counts: { made: 1, failed: 1, debited: 2 } });
    expect(messages[1]?.b).toMatchObject({ code: 'verify', what: 'Bad', seconds: 3.5, debited: true });
    expect(messages[2]?.b).toMatchObject({ serial: 'f00d', der: 'MAA=' });
    expect(messages[3]?.b).toMatchObject({ outcome: 'passed', code: null, seconds: 0 });
    expect(messages[4]?.b).toEqual({
      runId: 'r2',
      deviceId,
      json: '{"a":1}',
      protected: 'h',
      signature: 's',
    });
    expect(messages).toHaveLength(5 + 1200);
    await store.close();
  });
});
