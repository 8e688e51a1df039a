import type { RunOutcome, RunRow } from '../api.ts';
import type { Connection } from '../connection.ts';
import { StoreError, type StoreErrorCode } from '../errors.ts';
import type { WriteContext } from '../write-context.ts';
import { findRun, requireRun, selectRuns } from './run-rows.ts';

const COUNTER = { passed: 'made', failed: 'failed', unknown: 'unknown', running: null } as const;

/** Moves a unit of a batch to another outcome and the batch's counters with it. */
export function countUnit(c: Connection, batchId: string, chipUid: string, outcome: RunOutcome): void {
  const before = c.get<{ outcome: RunOutcome }>(
    'SELECT outcome FROM batch_units WHERE batch_id = ? AND chip_uid = ?',
    ...[batchId, chipUid],
  );
  c.run(
    `INSERT INTO batch_units VALUES (?, ?, ?)
     ON CONFLICT (batch_id, chip_uid) DO UPDATE SET outcome = excluded.outcome`,
    ...[batchId, chipUid, outcome],
  );
  const from = before === undefined ? null : COUNTER[before.outcome];
  const to = COUNTER[outcome];
  if (from !== null) c.run(`UPDATE batches SET ${from} = ${from} - 1 WHERE id = ?`, batchId);
  if (to !== null) c.run(`UPDATE batches SET ${to} = ${to} + 1 WHERE id = ?`, batchId);
}

function seenCode(run: RunRow, seen: RunRow): StoreErrorCode {
  if (seen.outcome === 'passed')
    return seen.batchId === run.batchId ? 'already-passed' : 'passed-in-other-batch';
  return seen.outcome === 'running' && seen.site !== run.site ? 'uid-twice' : 'still-unknown';
}

const lotOf = (c: Connection, batchId: string): string =>
  c.get<{ lot: string }>('SELECT lot FROM batches WHERE id = ?', batchId)?.lot ?? '';

function refuseSeenChip(c: Connection, run: RunRow, chipUid: string): void {
  const others = selectRuns(
    c,
    "WHERE chip_uid = ? AND outcome <> 'failed' AND id <> ? ORDER BY sequence LIMIT 8",
    ...[chipUid, run.id],
  );
  const passed = others.find((other) => other.outcome === 'passed');
  const seen = passed ?? others[0];
  if (seen === undefined) return;
  const { id: runId, batchId, site } = seen;
  throw new StoreError(seenCode(run, seen), `chip ${chipUid} is ${seen.outcome} in run ${runId}`, {
    ...{ batchId, runId, chipUid, site, lot: lotOf(c, batchId) },
  });
}

/** The unit takes a new sequence with each attempt: lists stand newest first. */
function touchUnit({ c, now }: WriteContext, run: RunRow, chipUid: string): void {
  const newest = c.get<{ sequence: number | null }>('SELECT max(sequence) AS sequence FROM units');
  const batch = c.get<{ lot: string }>('SELECT lot FROM batches WHERE id = ?', run.batchId);
  c.run(
    `INSERT INTO units (sequence, chip_uid, outcome, batch_id, lot, site, attempts, at)
     VALUES (?, ?, 'running', ?, ?, ?, 1, ?)
     ON CONFLICT (chip_uid) DO UPDATE SET sequence = excluded.sequence, outcome = 'running', failure = NULL,
       batch_id = excluded.batch_id, lot = excluded.lot, site = excluded.site, attempts = attempts + 1,
       at = excluded.at`,
    ...[(newest?.sequence ?? 0) + 1, chipUid, run.batchId, batch?.lot ?? '', run.site, now()],
  );
}

/** Binds a run to the chip it has read; see RunRepository.identified. */
export function identify(w: WriteContext, runId: string, chipUid: string): RunRow {
  const { c, audit } = w;
  const run = requireRun(c, runId, ['running']);
  if (run.chipUid !== null) {
    if (run.chipUid.toLowerCase() === chipUid.toLowerCase()) return run;
    throw new StoreError('conflict', `run ${runId} is bound to chip ${run.chipUid}`, {
      runId,
      chipUid: run.chipUid,
    });
  }
  refuseSeenChip(c, run, chipUid);
  touchUnit(w, run, chipUid);
  c.run(
    'UPDATE runs SET chip_uid = ?, attempt = (SELECT attempts FROM units WHERE chip_uid = ?) WHERE id = ?',
    ...[chipUid, chipUid, runId],
  );
  c.run('UPDATE batches SET attempts = attempts + 1 WHERE id = ?', run.batchId);
  countUnit(c, run.batchId, chipUid, 'running');
  audit(run.operator, 'run.identified', runId, { chipUid });
  return findRun(c, runId) ?? run;
}

interface Identity {
  runId: string;
  deviceId: string;
  publicKeySha256: string;
}

/** The clone check and the binding in one transaction; see RunRepository.enrolled. */
export function enrol({ c, audit }: WriteContext, { runId, deviceId, publicKeySha256 }: Identity): void {
  const run = requireRun(c, runId, ['running', 'unknown']);
  if (run.chipUid === null) throw new StoreError('conflict', `run ${runId} has read no chip`, { runId });
  const chipUid = run.chipUid.toLowerCase();
  const known = c.all<{ runId: string; chipUid: string }>(
    `SELECT run_id AS runId, chip_uid AS chipUid FROM identities WHERE device_id = ?
     UNION ALL SELECT run_id, chip_uid FROM identities WHERE public_key_sha256 = ?`,
    ...[deviceId, publicKeySha256],
  );
  const other = known.find((seen) => seen.chipUid.toLowerCase() !== chipUid);
  if (other !== undefined) {
    throw new StoreError('identity-seen', `identity of run ${runId} belongs to chip ${other.chipUid}`, {
      ...other,
    });
  }
  if (known.length === 0) {
    c.run('INSERT INTO identities VALUES (?, ?, ?, ?)', deviceId, publicKeySha256, run.chipUid, runId);
  } else if (known.length === 1) {
    throw new StoreError('conflict', `device id and key of run ${runId} do not belong together`, { runId });
  }
  c.run('UPDATE runs SET device_id = ? WHERE id = ?', deviceId, runId);
  c.run('UPDATE units SET device_id = ? WHERE chip_uid = ?', deviceId, run.chipUid);
  audit(run.operator, 'run.enrolled', runId, { deviceId, publicKeySha256, chipUid: run.chipUid });
}
