import type { KeptKey } from './kept-key.ts';
import type { ToolDescription } from './tool.ts';

/**
 * What a recipe can ask of a part, as typed data. A phase names one operation; the target (boot ROM) or the root of
 * trust (agent) carries it out. Bytes are Uint8Array, identifiers lower-case hex.
 */
export interface Measurement {
  name: string;
  value: number;
  /** SI or plain word: `%`, `B`, `s`, `B/s`, `count`, `score`. */
  unit: string;
}

/** Life cycle as read from silicon, in the chip's own words (RA8: DLM `OEM`, protection `PL2`, authentication `AL2`). */
export interface Lifecycle {
  dlm: string;
  protection: string | null;
  authentication: string | null;
}

export interface MemoryArea {
  kind: 'code' | 'data' | 'config' | 'other';
  /** Inclusive addresses; units in bytes. */
  start: number;
  end: number;
  eraseUnit: number;
  writeUnit: number;
}

export interface ChipIdentity {
  /** Unique id of the silicon, lower-case hex (32 digits on RA, 24 on STM32). */
  chipUid: string;
  product: string;
  target: string;
  maxBaudRate: number;
  areas: MemoryArea[];
  lifecycle: Lifecycle;
}

/** Everything that can be read of a part without changing it, from the ROM or, when that is silent, the firmware. */
export interface PartState {
  chipUid: string;
  via: 'boot-rom' | 'agent';
  lifecycle: Lifecycle;
  /** True only where the chip itself says that nothing more can be programmed. */
  locked: boolean;
  enrolled: boolean | null;
  deviceId: string | null;
  /** SHA-256 of the device certificate the part holds, hex. */
  certificateFingerprint: string | null;
  /** Set once the agent refuses any further injection. */
  agentLocked: boolean | null;
}

export interface AgentInfo {
  chipUid: string;
  firmware: string;
  rootOfTrust: string;
  enrolled: boolean;
  locked: boolean;
  deviceId: string | null;
  lifecycle: Lifecycle;
}

export interface ReconstructResult {
  deviceIds: string[];
  /** Share of flipped response bits per read, 0..1. */
  bitErrorRates: number[];
  helperDataIntact: boolean;
  helperDataHash: string;
}

/** Whom a private key that is made here is kept for. */
export interface KeepFor {
  /** A `key-recipient` file as delivered. */
  recipient: Uint8Array;
  /** The sealed key opens for no other batch. */
  batch: string;
}

export interface OperationMap {
  /** `tool`: for targets that a maker's tool reaches. */
  identify: { input: { target: string; tool?: ToolDescription }; output: ChipIdentity };
  initialize: { input: object; output: Lifecycle };
  'inject-oem-root-key': { input: { rkey: Uint8Array; permanent: boolean }; output: Lifecycle };
  program: { input: { image: string }; output: { bytes: number; seconds: number; baudRate: number } };
  verify: { input: { image: string }; output: { bytes: number; crc32: string; sha256: string } };
  'inject-boot-certificates': {
    input: { keyCertificate: Uint8Array; codeCertificate: Uint8Array };
    output: object;
  };
  'boot-application': { input: object; output: AgentInfo };
  /** Resets the part and lets it run what is in its flash: for debug ports, behind which no agent answers. */
  'start-firmware': { input: object; output: object };
  /** A key that is wrapped for this kind of part, into a slot of it: never a key in clear. */
  'inject-key': {
    input: { slot: string; wrapped: Uint8Array };
    output: { slot: string; verified: boolean };
  };
  /** A key that the part makes in itself, of that many bytes; nobody ever sees it. */
  'generate-key': {
    input: { slot: string; bytes: number };
    output: { slot: string; verified: boolean };
  };
  /** A key in clear, for parts that take none wrapped: on a trusted bench only; wiped after use. */
  'set-user-key': {
    input: { slot: string; key: Uint8Array };
    output: { slot: string; verified: boolean };
  };
  /** Border between secure and non-secure world, KiB per region, in the chip's own names. */
  'set-boundary': { input: { regions: Record<string, number> }; output: { regions: Record<string, number> } };
  /** Read protection or a like state that the family names (`RDP1`): often only undone by erasing all. */
  protect: { input: { level: string }; output: Lifecycle };
  /** Moves the life cycle to a named state. `key`: for moves that the chip authenticates, 16 bytes; wiped after use. */
  'move-lifecycle': { input: { to: string; key?: Uint8Array }; output: Lifecycle };
  /** One-time programmable: can never be undone. `value` as the family writes it; read back before it resolves. */
  burn: { input: { fuse: string; value: Uint8Array }; output: { fuse: string; value: Uint8Array } };
  /** At most 64 KiB. For the lab; not part of a recipe. */
  'read-memory': { input: { address: number; length: number }; output: { bytes: Uint8Array } };
  'write-memory': { input: { address: number; bytes: Uint8Array }; output: object };
  /** An open network that the part enrols over by itself, by its name. One with a password is `set-user-key`'s. */
  'join-network': { input: { network: string }; output: object };
  enrol: {
    /** `keepFor`: where the station makes the key, a copy is sealed for that recipient. */
    input: { keepFor?: KeepFor };
    /** `kept`: only once the part has shown that it has the key; absent where the part made it. */
    output: { score: number; deviceId: string; helperDataHash: string; kept?: KeptKey };
  };
  reconstruct: { input: { reads: number }; output: ReconstructResult };
  csr: { input: { subjectSerial: string }; output: { csr: Uint8Array } };
  inject: {
    /** Leaf first. */
    input: { chain: Uint8Array[]; configuration: Record<string, string> };
    output: { certificateFingerprint: string };
  };
  prove: {
    input: { challenge: Uint8Array };
    output: { publicKey: Uint8Array; signature: Uint8Array; chain: Uint8Array[] };
  };
  lock: { input: { disableInitialize: boolean; lockBoot: boolean }; output: { answered: boolean } };
  /** `tool`: as for identify, where a session has not been told yet. */
  'read-state': { input: { tool?: ToolDescription }; output: PartState };
}

export type OperationName = keyof OperationMap;
export type OperationInput<K extends OperationName> = OperationMap[K]['input'];
export type OperationOutput<K extends OperationName> = OperationMap[K]['output'];

/** Progress of a running operation. `total` 0 = not known. */
export interface Progress {
  done: number;
  total: number;
  unit: 'B' | 'reads' | 'steps';
  /** Short words for a screen: "Erase", "Write", "Reconstruct test 7 of 10 · bit error 5.8 %". */
  note?: string;
}

export interface OperationResult<K extends OperationName> {
  output: OperationOutput<K>;
  measurements: Measurement[];
}

export interface OperationContext {
  signal: AbortSignal;
  progress(progress: Progress): void;
}
