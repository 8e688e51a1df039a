import { createHash } from 'node:crypto';
import type { Authority } from '#services/pki/authority.ts';
import type { Store } from '#store/api.ts';
import { buildRecord } from './build-record.ts';
import { exportBatch, type ExportResult } from './export-batch.ts';
import { signJws, type JwsSigner } from './jws.ts';

export interface RecordDeps {
  store: Pick<Store, 'runs' | 'jobs' | 'batches' | 'certificates' | 'units' | 'people'>;
  authority: Pick<Authority, 'root' | 'issuerCertificate' | 'station' | 'stationSigner'>;
  stationName: string;
}

export interface Records {
  /** Builds, signs and stores the record of a passed run; an existing one is returned as it is. */
  sign(runId: string): Promise<{ json: string; jws: string }>;
  /** Writes the batch's export folder; a second call for the same folder joins the one under way. */
  exportBatch(batchId: string, folder: string): Promise<ExportResult>;
}

/** Records and exports of this station. */
export function createRecords(deps: RecordDeps): Records {
  const { store, authority, stationName } = deps;
  const by: JwsSigner = {
    signer: authority.stationSigner,
    chain: [authority.station, authority.issuerCertificate],
  };
  const certificateSha256 = createHash('sha256').update(authority.station).digest('hex');
  const station = { name: stationName, certificateSha256 };
  const sign: Records['sign'] = async (runId) => {
    const stored = await store.units.record(runId);
    if (stored) return stored;
    const json = JSON.stringify(await buildRecord(store, station, runId));
    const jws = await signJws(by, 'rootline-record+json', json);
    await store.units.putRecord(runId, json, jws);
    // Another caller may have been first: what is on disk is the record.
    return (await store.units.record(runId)) ?? { json, jws };
  };
  const underWay = new Map<string, Promise<ExportResult>>();
  return {
    sign,
    exportBatch: (batchId, folder) => {
      const running = underWay.get(folder);
      if (running) return running;
      const started = exportBatch({ store, authority, station, by, sign }, batchId, folder);
      underWay.set(folder, started);
      return started.finally(() => underWay.delete(folder));
    },
  };
}
