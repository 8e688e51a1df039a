import { jobTools } from '#drivers/artefacts/job-tools.ts';
import { createAuthority } from '#services/pki/authority.ts';
import { CloudSide } from '#services/station/cloud-side.ts';
import { openVault } from '#services/vault/vault.ts';
import { openStore } from '#store/open.ts';
import type { SyncView } from '#contract/sync.ts';

/** The part of a station that has to do with its cloud, over a real store and vault: no sites, no screens. */
export interface BenchStation {
  join(address: string, code: string): Promise<void>;
  /** Resolves once nothing waits. Throws when the line stops. */
  drained(): Promise<void>;
  close(): Promise<void>;
}

export async function openBenchStation(dataDir: string): Promise<BenchStation> {
  const store = await openStore({ dataDir });
  const vault = await openVault({ dataDir, keys: store.keys, source: { kind: 'demo-file' } });
  const name = 'Bench station';
  const authority = await createAuthority(vault, store, name);
  const watching = new Set<(view: SyncView) => void>();
  const side = new CloudSide({
    ...{ store, vault, authority, dataDir, name, version: '0.0.0', tools: jobTools, jobs: new Map() },
    openJob: () => null,
    publish: (view) => watching.forEach((look) => look(view)),
    stationChanged: () => undefined,
    onDefect: (error) => process.stderr.write(`${String(error)}\n`),
  });
  await side.loadJobs();
  await side.start();
  const handlers = side.handlers();
  const context = { connection: 'bench', session: null };
  return {
    async join(address, code) {
      const { url, fingerprint } = await handlers['sync.look']({ address }, context);
      await handlers['sync.join']({ url, fingerprint, code }, context);
    },
    async drained() {
      const { promise, resolve, reject } = Promise.withResolvers<undefined>();
      const look = ({ state, waiting, error }: SyncView): void => {
        if (state === 'online' && waiting === 0) resolve(undefined);
        if (state === 'stopped') reject(new Error(error?.what ?? 'The line stopped.'));
      };
      watching.add(look);
      look(await handlers['sync.get']({}, context));
      await promise.finally(() => watching.delete(look));
    },
    async close() {
      await side.close();
      vault.close();
      await store.close();
    },
  };
}
