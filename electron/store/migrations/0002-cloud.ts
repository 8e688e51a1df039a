import type Database from 'better-sqlite3';
import { appendOnly } from './append-only.ts';
import { fillOutbox } from './0002-fill-outbox.ts';
import type { Migration } from './migration.ts';

/** `body` null: made of the row of `records` (run id) or `certificates` (serial) that `reference` names. */
const outbox = `
  CREATE TABLE outbox (
    position INTEGER PRIMARY KEY, kind TEXT NOT NULL, at TEXT NOT NULL, audit INTEGER NOT NULL,
    body TEXT, reference TEXT, bytes INTEGER NOT NULL, hash TEXT NOT NULL,
    CHECK ((body IS NULL) <> (reference IS NULL))
  ) STRICT;
  CREATE INDEX outbox_kind ON outbox (kind, position);
  CREATE TABLE outbox_state (
    id INTEGER PRIMARY KEY CHECK (id = 1), epoch INTEGER NOT NULL, acknowledged INTEGER NOT NULL
  ) STRICT;
  INSERT INTO outbox_state VALUES (1, 1, 0);`;

const inbox = `
  CREATE TABLE inbox (
    sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, title TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('applied', 'refused')), reason TEXT, at TEXT NOT NULL
  ) STRICT;
  CREATE TABLE orders (
    order_id TEXT PRIMARY KEY, number TEXT NOT NULL, job_id TEXT NOT NULL, revision INTEGER NOT NULL,
    allowance INTEGER NOT NULL, withdrawn INTEGER NOT NULL DEFAULT 0, at TEXT NOT NULL,
    FOREIGN KEY (job_id, revision) REFERENCES jobs (id, revision)
  ) STRICT;
  CREATE INDEX orders_job ON orders (job_id, revision);
  CREATE TABLE revocations (
    fingerprint TEXT PRIMARY KEY, serial TEXT NOT NULL, device_id TEXT, reason TEXT NOT NULL, at TEXT NOT NULL
  ) STRICT;`;

/** `cursor`: position in the outbox up to which passed units have become items of the target. */
const onboarding = `
  CREATE TABLE onboarding_targets (
    id TEXT PRIMARY KEY, config TEXT NOT NULL, paused INTEGER NOT NULL, cursor INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE onboarding_items (
    target_id TEXT NOT NULL REFERENCES onboarding_targets (id) ON DELETE CASCADE, fingerprint TEXT NOT NULL,
    state TEXT NOT NULL, attempts INTEGER NOT NULL, reason TEXT, next_at INTEGER, at TEXT NOT NULL,
    PRIMARY KEY (target_id, fingerprint)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX onboarding_due ON onboarding_items (target_id, state, next_at);
  CREATE INDEX onboarding_certificate ON onboarding_items (fingerprint);`;

export const cloud: Migration = {
  version: 2,
  name: 'cloud',
  up(db: Database.Database) {
    for (const part of [outbox, inbox, onboarding]) db.exec(part);
    fillOutbox(db);
    db.exec(appendOnly('outbox', 'position'));
  },
};
