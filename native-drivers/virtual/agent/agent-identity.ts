import type { SmpMap } from '#drivers/protocols/smp/cbor.ts';
import type { DerivedKey } from '../qdid/keys.ts';
import type { AgentRoot } from './root-mark.ts';

/** Keys of the running part. RAM only. */
export interface Keys {
  device: DerivedKey;
  enrolment: DerivedKey;
  storage: Uint8Array;
  /** SHA-256 of the device key's SubjectPublicKeyInfo. */
  deviceId: Uint8Array;
}

/** The part's root of trust, whichever its firmware was built for. */
export interface AgentIdentity {
  readonly root: AgentRoot;
  readonly keys: Keys | null;
  /** Something is kept that keys come from, whether or not they could be had. */
  readonly isEnrolled: boolean;
  /** SHA-256 of what a PUF keeps to rebuild its key; null without one. */
  helperHash(): Uint8Array | null;
  /** After a reset. */
  start(): void;
  stop(): void;
}

export type Handler = (map: SmpMap) => SmpMap | Promise<SmpMap>;
