import type { ConnectorErrorCode, Retry } from './errors.ts';

/** One device as every target sees it. The key of idempotence is the fingerprint, never the name. */
export interface Device {
  /** SHA-256 of the certificate's DER, lower-case hex. */
  fingerprint: string;
  /** The certificate's common name: user name, thing name or registration id. */
  name: string;
  certificate: Uint8Array;
  /** Serial number of the certificate, lower-case hex. */
  serial: string;
  deviceId: string;
}

/** Why one device was refused, in a sentence for a person, and whether time alone may cure it. */
export interface DeviceFailure {
  code: ConnectorErrorCode;
  message: string;
  retry: Retry;
}

/** What became of one device of a call. `already`: the target was in the wanted state before. */
export type DeviceResult =
  | { fingerprint: string; outcome: 'ok' | 'already' }
  | { fingerprint: string; outcome: 'failed'; error: DeviceFailure };

/** A CA whose devices the target shall take without being told of each. */
export interface CaRegistration {
  /** DER, the issuing CA first, then up to its root. */
  certificates: Uint8Array[];
  /** DER of the issuing CA's list of revoked certificates, for targets that want one from the start. */
  crl?: Uint8Array;
}

/** What a target can do, so that queue and screen ask for nothing it cannot. */
export interface Capabilities {
  registersDevices: boolean;
  registersCa: boolean;
  revokes: boolean;
  publishesCrl: boolean;
  /** Devices in one call at most. */
  batchSize: number;
  /** Devices a second that the target allows; null where it sets no limit. */
  ratePerSecond: number | null;
}

/** Reachable and allowed to administer, or not; `sentence` is for a person. */
export interface Health {
  ok: boolean;
  code: ConnectorErrorCode | null;
  sentence: string;
}

/**
 * One onboarding target. A call that fails as a whole throws `ConnectorError`; what concerns one device is in
 * its result, in the order asked. Every call may be repeated: after a lost connection nobody knows how far the
 * target got, and asking again is the way to find out.
 */
export interface Connector {
  readonly id: string;
  readonly kind: string;
  readonly capabilities: Capabilities;
  /** Never throws: a health check that fails is an answer. */
  check(signal?: AbortSignal): Promise<Health>;
  registerCa(ca: CaRegistration, signal?: AbortSignal): Promise<'ok' | 'already'>;
  unregisterCa(ca: CaRegistration, signal?: AbortSignal): Promise<'ok' | 'already'>;
  registerDevices(devices: readonly Device[], signal?: AbortSignal): Promise<DeviceResult[]>;
  /** Takes the rights away and ends live connections. Where there is a CRL, publish it first. */
  revokeDevices(devices: readonly Device[], signal?: AbortSignal): Promise<DeviceResult[]>;
  /** Forgets the device: a scrapped registration, not a revocation. */
  unregisterDevices(devices: readonly Device[], signal?: AbortSignal): Promise<DeviceResult[]>;
  /** DER of one CA's list; takes the place of that CA's older one. */
  publishCrl(crl: Uint8Array, signal?: AbortSignal): Promise<'ok' | 'already'>;
  close(): Promise<void>;
}
