import type { DeskFacts } from '#drivers/core/desk-facts.ts';
import type { DriverHost } from '#drivers/core/host-api.ts';
import type { ControlSpec } from '#drivers/core/link.ts';
import type { ToolDescription } from '#drivers/core/tool.ts';
import type { Recipe } from '#services/recipe.ts';
import type { CertificateRepository, RunRepository, RunRow } from '#store/api.ts';
import type { Clock } from './clock.ts';

/** A job as a run needs it: the recipe and its artefacts, checked before. */
export interface RunJob {
  recipe: Recipe;
  sha256: string;
  /** SHA-256 of what is programmed, as the driver process knows it; null: nothing is. */
  firmware: string | null;
  /** Files as delivered, by the names that the recipe gives them. */
  files: ReadonlyMap<string, Uint8Array>;
  /** What the driver of its target says with no part in a socket. */
  target: Pick<DeskFacts, 'fresh' | 'shows'> & { operations: readonly string[] };
}

/** A site as a run needs to know it. */
export interface SitePlace {
  target: string;
  /** How reset and mode pin are driven; null: nothing is attached. */
  control: ControlSpec['kind'] | null;
}

/** The authority as a run needs it. Rejections are AppErrors with sentences of their own. */
export interface IdentityAuthority {
  /** Subject of the issuing CA, as the store records it beside each certificate. */
  readonly issuerName: string;
  /** Issuing CA, DER: goes into the part behind the leaf. */
  readonly issuerCertificate: Uint8Array;
  issue(request: {
    csr: Uint8Array;
    deviceId: string;
    chipUid: string;
    serial: string;
    recipe: Recipe;
  }): Promise<{ der: Uint8Array; serial: string; fingerprint: string }>;
  /** Throws unless the challenge was signed by the key of `leaf` and the chain leads to this authority. */
  verifyProof(proof: {
    challenge: Uint8Array;
    publicKey: Uint8Array;
    signature: Uint8Array;
    chain: Uint8Array[];
    deviceId: string;
    fingerprint: string;
  }): Promise<void> | void;
}

/** What a run works with. Instances come from the composition. */
export interface EnginePorts {
  runs: RunRepository;
  certificates: CertificateRepository;
  drivers: Pick<DriverHost, 'run'>;
  /** Null: no such site. Absent: every site is right for every job. */
  place?(site: string): SitePlace | null;
  /** Whether this station lets a job start that program. Absent: none. */
  toolAllowed?(tool: ToolDescription): Promise<boolean>;
  /** Runs of a chip on this station, newest first. Absent: what is counted as an attempt is ours. */
  history?(chipUid: string): Promise<readonly RunRow[]>;
  authority: IdentityAuthority;
  clock: Clock;
  /** Called once a run has passed and is on disk: builds and signs its record. */
  record(runId: string): Promise<void>;
}
