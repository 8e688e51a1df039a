import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { Transaction } from 'kysely';
import type { Db } from '#cloud/db/open.ts';
import type { CloudTables } from '#cloud/db/schema.ts';
import type { MasterKey } from '#cloud/pki/master-key.ts';
import type { TenantAuthority } from '#cloud/pki/tenant-authority.ts';
import type { CloudConfig } from './config.ts';

/** Both listeners: HTTP/2 with HTTP/1.1 allowed, over TLS; typed as fastify's plain instance, whose calls are the same. */
export type CloudApp = FastifyInstance;
/** Inside a transaction every query goes through it: PGlite has one connection, and `context.db` would wait for itself. */
export type Trx = Transaction<CloudTables>;

export interface AuthoritySource {
  /** Throws CloudError `tenant-unknown`. Loaded once. */
  of(tenantId: string): Promise<TenantAuthority>;
  /** Of every tenant: whom the station listener may know. */
  all(): Promise<TenantAuthority[]>;
}

/** What routes and workers are given. */
export interface CloudContext {
  readonly db: Db;
  readonly config: CloudConfig;
  readonly master: MasterKey;
  readonly authorities: AuthoritySource;
  /** The tenant of calls that name none: joining, the root, lists of revoked certificates. */
  readonly home: { id: string; name: string };
  readonly log: FastifyBaseLogger;
  /** Aborted when the cloud closes: background work ends. */
  readonly closing: AbortSignal;
  /**
   * `uploads`: under way on this node; background work steps back for them. `full`: a write found no room on the disk of the
   * database, and none has been seen to find some since.
   */
  readonly load: { uploads: number; full: boolean };
  readonly now: () => Date;
}
