import { appendOnly } from './append-only.ts';
import type { Migration } from './migration.ts';

const people = `
  CREATE TABLE people (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, pin_hash TEXT NOT NULL,
    badge_hash TEXT UNIQUE, failed_attempts INTEGER NOT NULL, locked_until TEXT
  ) STRICT;
  CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE keys (id TEXT PRIMARY KEY, purpose TEXT NOT NULL, envelope BLOB NOT NULL, public_part BLOB) STRICT;`;

const production = `
  CREATE TABLE jobs (
    id TEXT NOT NULL, revision INTEGER NOT NULL, name TEXT NOT NULL, sha256 TEXT NOT NULL, recipe TEXT NOT NULL,
    allowance_total INTEGER NOT NULL, allowance_left INTEGER NOT NULL CHECK (allowance_left >= 0),
    PRIMARY KEY (id, revision)
  ) STRICT;
  CREATE TABLE batches (
    sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, job_id TEXT NOT NULL, job_revision INTEGER NOT NULL,
    traveller TEXT NOT NULL, lot TEXT NOT NULL COLLATE NOCASE, quantity INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'paused', 'closed')), opened_by TEXT NOT NULL,
    opened_at TEXT NOT NULL, closed_at TEXT, export_folder TEXT,
    made INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0, unknown INTEGER NOT NULL DEFAULT 0,
    running INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0, debited INTEGER NOT NULL DEFAULT 0,
    passed_runs INTEGER NOT NULL DEFAULT 0, passed_seconds REAL NOT NULL DEFAULT 0,
    first_started_at TEXT, last_ended_at TEXT,
    FOREIGN KEY (job_id, job_revision) REFERENCES jobs (id, revision)
  ) STRICT;
  CREATE UNIQUE INDEX batches_one_open ON batches ((state <> 'closed')) WHERE state <> 'closed';
  CREATE INDEX batches_lot ON batches (lot);
  CREATE TABLE batch_failures (
    batch_id TEXT NOT NULL REFERENCES batches (id), code TEXT NOT NULL, label TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (batch_id, code)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE batch_phases (
    batch_id TEXT NOT NULL REFERENCES batches (id), phase TEXT NOT NULL, seconds REAL NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (batch_id, phase)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE batch_units (
    batch_id TEXT NOT NULL REFERENCES batches (id), chip_uid TEXT NOT NULL COLLATE NOCASE, outcome TEXT NOT NULL,
    PRIMARY KEY (batch_id, chip_uid)
  ) STRICT, WITHOUT ROWID;`;

const runs = `
  CREATE TABLE runs (
    sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, batch_id TEXT NOT NULL REFERENCES batches (id),
    job_id TEXT NOT NULL, job_revision INTEGER NOT NULL, site TEXT NOT NULL, operator TEXT NOT NULL,
    attempt INTEGER NOT NULL, chip_uid TEXT COLLATE NOCASE, device_id TEXT COLLATE NOCASE, serial TEXT COLLATE NOCASE,
    outcome TEXT NOT NULL CHECK (outcome IN ('running', 'passed', 'failed', 'unknown')),
    error TEXT, started_at TEXT NOT NULL, ended_at TEXT, seconds REAL, debited INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX runs_chip ON runs (chip_uid, outcome);
  CREATE INDEX runs_batch ON runs (batch_id, outcome);
  CREATE INDEX runs_unfinished ON runs (sequence) WHERE outcome IN ('running', 'unknown');
  CREATE TABLE journal (
    sequence INTEGER PRIMARY KEY, run_id TEXT NOT NULL REFERENCES runs (id), phase TEXT NOT NULL, kind TEXT NOT NULL,
    irreversible INTEGER NOT NULL, body TEXT NOT NULL, at TEXT NOT NULL
  ) STRICT;
  CREATE INDEX journal_run ON journal (run_id);
  CREATE TABLE phase_times (
    run_id TEXT NOT NULL REFERENCES runs (id), phase TEXT NOT NULL, ordinal INTEGER NOT NULL, seconds REAL NOT NULL,
    PRIMARY KEY (run_id, ordinal)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE measurements (
    run_id TEXT NOT NULL REFERENCES runs (id), ordinal INTEGER NOT NULL, phase TEXT NOT NULL, name TEXT NOT NULL,
    value REAL NOT NULL, unit TEXT NOT NULL, min REAL, max REAL, ok INTEGER NOT NULL,
    PRIMARY KEY (run_id, ordinal)
  ) STRICT, WITHOUT ROWID;`;

// A unit's sequence is renewed with each attempt, so the table itself stands in newest-first order.
const units = `
  CREATE TABLE units (
    sequence INTEGER PRIMARY KEY, chip_uid TEXT NOT NULL UNIQUE COLLATE NOCASE, device_id TEXT COLLATE NOCASE,
    serial TEXT COLLATE NOCASE, outcome TEXT NOT NULL, failure TEXT, batch_id TEXT NOT NULL REFERENCES batches (id),
    lot TEXT NOT NULL COLLATE NOCASE, site TEXT NOT NULL, attempts INTEGER NOT NULL, at TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX units_device ON units (device_id);
  CREATE INDEX units_serial ON units (serial);
  CREATE INDEX units_lot ON units (lot);
  CREATE INDEX units_outcome ON units (outcome);
  CREATE INDEX units_batch ON units (batch_id);
  CREATE INDEX units_batch_outcome ON units (batch_id, outcome);
  CREATE TABLE unit_counts (
    batch_id TEXT NOT NULL, outcome TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (batch_id, outcome)
  ) STRICT, WITHOUT ROWID;
  CREATE TRIGGER units_counted AFTER INSERT ON units BEGIN
    INSERT INTO unit_counts VALUES (NEW.batch_id, NEW.outcome, 1) ON CONFLICT DO UPDATE SET count = count + 1;
  END;
  CREATE TRIGGER units_recounted AFTER UPDATE OF batch_id, outcome ON units BEGIN
    UPDATE unit_counts SET count = count - 1 WHERE batch_id = OLD.batch_id AND outcome = OLD.outcome;
    INSERT INTO unit_counts VALUES (NEW.batch_id, NEW.outcome, 1) ON CONFLICT DO UPDATE SET count = count + 1;
  END;
  CREATE TABLE identities (
    device_id TEXT PRIMARY KEY COLLATE NOCASE, public_key_sha256 TEXT NOT NULL UNIQUE COLLATE NOCASE,
    chip_uid TEXT NOT NULL COLLATE NOCASE, run_id TEXT NOT NULL REFERENCES runs (id)
  ) STRICT;
  CREATE TABLE certificates (
    sequence INTEGER PRIMARY KEY, serial TEXT NOT NULL UNIQUE COLLATE NOCASE,
    fingerprint TEXT NOT NULL UNIQUE COLLATE NOCASE, run_id TEXT NOT NULL REFERENCES runs (id),
    device_id TEXT NOT NULL, issuer TEXT NOT NULL, der BLOB NOT NULL
  ) STRICT;
  CREATE INDEX certificates_run ON certificates (run_id);
  CREATE TABLE records (
    run_id TEXT PRIMARY KEY REFERENCES runs (id), json TEXT NOT NULL, jws TEXT NOT NULL
  ) STRICT;`;

const audit = `
  CREATE TABLE audit (
    sequence INTEGER PRIMARY KEY, at TEXT NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL,
    body TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL
  ) STRICT;
  CREATE TABLE checkpoints (
    sequence INTEGER PRIMARY KEY REFERENCES audit (sequence), jws TEXT NOT NULL, at TEXT NOT NULL
  ) STRICT;`;

export const initial: Migration = {
  version: 1,
  name: 'initial',
  up(db) {
    for (const part of [people, production, runs, units, audit]) db.exec(part);
    for (const table of ['journal', 'audit', 'checkpoints']) db.exec(appendOnly(table));
  },
};
