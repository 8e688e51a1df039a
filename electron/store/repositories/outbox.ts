import { GENESIS, type ChainPlace } from '#protocol/chain.ts';
import type { UpBody, UpKind } from '#protocol/up.ts';
import type { OutboxRow, OutboxState } from '../api.ts';
import type { Connection } from '../connection.ts';
import { StoreError } from '../errors.ts';
import { certificateMessage, lineOf, recordMessage, type StoredMessage } from '../outbox-line.ts';
import type { WriteContext } from '../write-context.ts';

interface PageRow extends StoredMessage {
  hash: string;
  bytes: number;
  runId: string | null;
  deviceId: string | null;
  json: string | null;
  jws: string | null;
  serial: string | null;
  fingerprint: string | null;
  certifiedRun: string | null;
  certifiedDevice: string | null;
  issuer: string | null;
  der: Uint8Array | null;
}

const PAGE = `SELECT o.position, o.kind, o.at, o.audit, o.body, o.hash, o.bytes,
    r.id AS runId, r.device_id AS deviceId, records.json, records.jws,
    c.serial, c.fingerprint, c.run_id AS certifiedRun, c.device_id AS certifiedDevice, c.issuer, c.der
  FROM outbox o
  LEFT JOIN records ON o.kind = 'record' AND records.run_id = o.reference
  LEFT JOIN runs r ON r.id = records.run_id
  LEFT JOIN certificates c ON o.kind = 'certificate' AND c.serial = o.reference
  WHERE o.position > ? ORDER BY o.position LIMIT ?`;

function bodyOf(row: PageRow): string {
  if (row.body !== null) return row.body;
  const { json, jws, runId, deviceId } = row;
  if (json !== null && jws !== null && runId !== null) return recordMessage({ runId, deviceId, json, jws });
  const { serial, fingerprint, certifiedRun, certifiedDevice, issuer, der } = row;
  if (serial === null || fingerprint === null || certifiedRun === null || certifiedDevice === null)
    throw lost(row);
  if (issuer === null || der === null) throw lost(row);
  return certificateMessage({
    ...{ serial, fingerprint, issuer, der },
    runId: certifiedRun,
    deviceId: certifiedDevice,
  });
}

const lost = ({ position, kind }: PageRow): StoreError =>
  new StoreError('corrupt', `message ${position} (${kind}) names a row that is gone`, { position });

interface State {
  epoch: number;
  acknowledged: number;
}
const stateOf = (c: Connection): State =>
  c.get<State>('SELECT epoch, acknowledged FROM outbox_state') ?? { epoch: 1, acknowledged: 0 };

function placeAt(c: Connection, position: number): ChainPlace | null {
  const { epoch } = stateOf(c);
  if (position === 0) return { epoch, position, hash: GENESIS };
  const row = c.get<{ hash: string }>('SELECT hash FROM outbox WHERE position = ?', position);
  return row === undefined ? null : { epoch, position, hash: row.hash };
}

function readState(c: Connection): OutboxState {
  const { epoch, acknowledged } = stateOf(c);
  const origin = { epoch, position: 0, hash: GENESIS };
  const head = c.get<{ position: number }>('SELECT max(position) AS position FROM outbox')?.position ?? 0;
  const oldest = c.get<{ at: string }>('SELECT at FROM outbox WHERE position = ?', acknowledged + 1);
  return {
    head: placeAt(c, head) ?? origin,
    acknowledged: placeAt(c, acknowledged) ?? origin,
    waiting: head - acknowledged,
    oldestAt: oldest?.at ?? null,
  };
}

function page(c: Connection, after: number, limits: { rows: number; bytes: number }): OutboxRow[] {
  const rows: OutboxRow[] = [];
  let bytes = 0;
  for (const row of c.all<PageRow>(PAGE, after, limits.rows)) {
    bytes += row.bytes;
    if (rows.length > 0 && bytes > limits.bytes) break;
    rows.push({ position: row.position, hash: row.hash, line: lineOf(row, bodyOf(row)) });
  }
  return rows;
}

export function outboxReads(c: Connection) {
  return {
    state: (): OutboxState => readState(c),
    page: (after: number, limits: { rows: number; bytes: number }): OutboxRow[] => page(c, after, limits),
    at: (position: number): ChainPlace | null => placeAt(c, position),
    waitingByKind(): { kind: string; count: number; oldestAt: string }[] {
      return c.all(
        `SELECT w.kind, w.count, o.at AS oldestAt FROM (
           SELECT kind, count(*) AS count, min(position) AS first FROM outbox WHERE position > ? GROUP BY kind
         ) w JOIN outbox o ON o.position = w.first ORDER BY w.count DESC, w.kind`,
        stateOf(c).acknowledged,
      );
    },
  };
}

/** Throws `conflict` unless the place is on this chain. */
function requireOwn(c: Connection, place: ChainPlace): void {
  const own = placeAt(c, place.position);
  if (own !== null && own.hash === place.hash) return;
  throw new StoreError('conflict', `position ${place.position} is another one on this chain`, {
    position: place.position,
  });
}

interface Epoch {
  place: ChainPlace;
  debits: { jobId: string; jobRevision: number; units: number }[];
  actor: string;
  reason: string;
}

/** The allowance that the cloud knows to be used is used: a restored backup gives none of it back. */
function debitKnown(c: Connection, debits: Epoch['debits']): void {
  for (const { jobId, jobRevision, units } of debits) {
    c.run(
      'UPDATE jobs SET allowance_left = max(0, allowance_left - ?) WHERE id = ? AND revision = ?',
      ...[units, jobId, jobRevision],
    );
  }
}

export function outboxWrites({ c, audit, outbox }: WriteContext) {
  return {
    acknowledge(place: ChainPlace): void {
      requireOwn(c, place);
      const { epoch } = stateOf(c);
      if (place.epoch !== epoch) {
        throw new StoreError('conflict', `epoch ${place.epoch} is not ${epoch}`, { epoch });
      }
      c.run('UPDATE outbox_state SET acknowledged = ?', place.position);
    },
    beginEpoch({ place, debits, actor, reason }: Epoch): void {
      requireOwn(c, place);
      if (place.epoch <= stateOf(c).epoch) {
        throw new StoreError('conflict', `epoch ${place.epoch} does not come next`, { epoch: place.epoch });
      }
      debitKnown(c, debits);
      c.run('UPDATE outbox_state SET epoch = ?, acknowledged = ?', place.epoch, place.position);
      audit(actor, 'outbox.epoch', String(place.epoch), { ...place, debits, reason });
    },
    addOnboarding(bodies: UpBody<'onboarding'>[]): void {
      for (const body of bodies) outbox({ kind: 'onboarding' satisfies UpKind, body: JSON.stringify(body) });
    },
    addCrl(body: UpBody<'crl'>): void {
      outbox({ kind: 'crl' satisfies UpKind, body: JSON.stringify(body) });
    },
  };
}
