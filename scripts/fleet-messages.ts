import type { FleetAuthority } from './fleet-authority.ts';
import type { StoredIdentity } from './fleet-identities.ts';

/** What a thread of the fleet is told at its start. */
export interface FleetShare {
  offset: number;
  step: number;
  identities: string;
  authority: FleetAuthority;
  broker: string;
  roots: string;
  serverName: string | null;
  topic: string;
  /** This thread's share. */
  rate: number | null;
  atOnce: number;
}

/** Orders to a thread; each but `stop` is answered by `done`. `stop` cuts the present order short. */
export type FleetOrder =
  | { order: 'provision'; count: number }
  | { order: 'power-up'; devices: number }
  | { order: 'connect' }
  | { order: 'close' }
  | { order: 'stop' };

export type FleetReport =
  | { report: 'done' }
  | { report: 'failed'; code: string; message: string }
  | { report: 'identities'; batch: StoredIdentity[] }
  | { report: 'ready'; count: number }
  | { report: 'connected' }
  | { report: 'published' }
  | { report: 'refused'; reason: string }
  | { report: 'lost'; reason: string };
