import type { CertificateRow } from '../api.ts';
import type { Connection } from '../connection.ts';
import { StoreError } from '../errors.ts';
import { certificateMessage } from '../outbox-line.ts';
import type { WriteContext } from '../write-context.ts';
import { requireRun } from './run-rows.ts';

export function certificateReads(c: Connection) {
  return {
    ofRun: (runId: string): CertificateRow | null =>
      c.get<CertificateRow>(
        `SELECT serial, fingerprint, run_id AS runId, device_id AS deviceId, issuer, der FROM certificates
         WHERE run_id = ? ORDER BY sequence DESC LIMIT 1`,
        runId,
      ) ?? null,
  };
}

function refuseSeen(c: Connection, serial: string, fingerprint: string): void {
  const seen = c.get<{ runId: string }>(
    'SELECT run_id AS runId FROM certificates WHERE serial = ? OR fingerprint = ?',
    ...[serial, fingerprint],
  );
  if (seen !== undefined) {
    throw new StoreError('conflict', `certificate ${serial} is in the store`, { runId: seen.runId, serial });
  }
}

export function certificateWrites({ c, audit, outbox }: WriteContext) {
  return {
    add(certificate: CertificateRow): void {
      const { serial, fingerprint, runId, deviceId, issuer, der } = certificate;
      const run = requireRun(c, runId, ['running', 'unknown']);
      refuseSeen(c, serial, fingerprint);
      c.run(
        `INSERT INTO certificates (serial, fingerprint, run_id, device_id, issuer, der) VALUES (?, ?, ?, ?, ?, ?)`,
        ...[serial, fingerprint, runId, deviceId, issuer, der],
      );
      c.run('UPDATE runs SET serial = ? WHERE id = ?', serial, runId);
      if (run.chipUid !== null) {
        c.run('UPDATE units SET serial = ? WHERE chip_uid = ?', serial, run.chipUid);
      }
      audit(run.operator, 'certificate.add', runId, { serial, fingerprint, deviceId, issuer });
      outbox({ kind: 'certificate', body: certificateMessage(certificate), reference: serial });
    },
  };
}
