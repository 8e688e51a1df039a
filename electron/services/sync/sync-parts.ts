import type { Authority } from '#services/pki/authority.ts';
import type { Vault } from '#services/vault/vault.ts';
import type { Store } from '#store/api.ts';
import type { OrderedJobs } from './down/ordered-jobs.ts';
import type { LineTimeouts } from './line/line-client.ts';
import type { Pace } from './pace.ts';

/** What the sync needs of the station. */
export interface SyncParts {
  store: Pick<Store, 'outbox' | 'inbox' | 'settings' | 'keys' | 'jobs'>;
  vault: Pick<Vault, 'putKey' | 'withKey' | 'seal' | 'open'>;
  authority: Pick<Authority, 'root' | 'issuerCertificate' | 'station'>;
  ordered: OrderedJobs;
  /** One per running station: two at once under one identity are two stations. */
  session: string;
  name: string;
  version: string;
  pace: Pace;
  timeouts?: LineTimeouts;
  onDefect: (error: unknown) => void;
  /** Something that a screen shows has changed; called often. */
  changed: () => void;
  /** An order, revocations or settings came: screens of other parts may look different now. */
  applied: (kind: string) => void;
}
