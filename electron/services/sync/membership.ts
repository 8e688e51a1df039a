import { createHash } from 'node:crypto';
import { z } from 'zod';
import { certificateChain, instant, sha256Hex, uuid } from '#protocol/shapes.ts';
import { credentials } from '#protocol/line.ts';
import type { SettingsRepository } from '#store/api.ts';

/** Settings of the sync, all JSON. Nothing in them is secret. */
export const SETTING = {
  membership: 'sync.membership',
  /** New keys whose certificates are asked for. */
  renewal: 'sync.renewal',
  /** A request that left by file. */
  joining: 'sync.joining',
  policy: 'sync.policy',
  paused: 'sync.paused',
  local: 'sync.local',
  /** Of a station that was closed in order, for its next start. */
  session: 'sync.session',
} as const;

/** Which keys in the vault. */
export const keyPair = z.strictObject({ line: z.string(), courier: z.string() });
export type KeyPair = z.infer<typeof keyPair>;

/** What makes this station one of a cloud's: kept in one setting, so it is there whole or not at all. */
export const membershipRecord = z.strictObject({
  cloud: z.string(),
  tenant: z.strictObject({ id: uuid, name: z.string() }),
  stationId: uuid,
  stationName: z.string(),
  /** Empty: a station without a line. */
  url: z.string(),
  /** The only authority that is believed, DER in base64: the one whose fingerprint people compared. */
  root: z.base64(),
  tenantSigner: certificateChain,
  tenantCourier: certificateChain,
  /** SHA-256 of certificates that may sign messages to this station. */
  signers: z.array(sha256Hex),
  credentials,
  keys: keyPair,
  /** Courier files sealed before the last renewal still open. */
  earlier: z.array(z.strictObject({ key: z.string(), certificate: z.base64() })),
  joinedAt: instant,
  renewAfter: instant.nullable(),
  /** False: numbering is still that of the tenant before. */
  numbered: z.boolean(),
});
export type Membership = z.infer<typeof membershipRecord>;

export const der = (base64: string): Buffer => Buffer.from(base64, 'base64');
export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** One setting as JSON of that shape; null where it is not set. */
export async function readSetting<T extends z.ZodType>(
  settings: Pick<SettingsRepository, 'get'>,
  key: string,
  shape: T,
): Promise<z.infer<T> | null> {
  const text = await settings.get(key);
  return text === null || text === '' ? null : shape.parse(JSON.parse(text));
}

export const readMembership = (settings: Pick<SettingsRepository, 'get'>): Promise<Membership | null> =>
  readSetting(settings, SETTING.membership, membershipRecord);

/** A person's own settings of the line; the proxy's password is in the vault. */
export const localSettings = z.strictObject({
  bytesPerSecond: z.number().int().nullable(),
  proxy: z.string(),
  courierFolder: z.string(),
});
export type LocalSettings = z.infer<typeof localSettings>;
export const NO_SETTINGS: LocalSettings = { bytesPerSecond: null, proxy: '', courierFolder: '' };
