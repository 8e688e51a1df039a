/** Name of the form that a record holds, and `info` of HPKE (docs/roots-of-trust.md, "Kept keys"). */
export const KEPT_KEY_FORM = 'rootline-kept-key/1';

/** A private key as it leaves the driver process: sealed by HPKE, and for whom. Opens with the recipient's key only. */
export interface KeptKey {
  /** SHA-256 of the recipient's SubjectPublicKeyInfo, lower-case hex. */
  recipient: string;
  /** Encapsulated key, an uncompressed point of P-256, 65 bytes. */
  enc: Uint8Array;
  /** The 32 bytes of the scalar, encrypted, and the tag of 16 bytes. */
  ct: Uint8Array;
}

/** What a sealed key is of: it opens for nothing else. */
export interface KeptKeyBinding {
  batch: string;
  /** Lower-case hex, as everywhere. */
  chipUid: string;
  /** SHA-256 of the device key's SubjectPublicKeyInfo, lower-case hex. */
  deviceId: string;
}

/** Associated data of the sealing: `batch 00 chip UID 00 device ID`. None of them can hold a zero byte. */
export function keptKeyAad({ batch, chipUid, deviceId }: KeptKeyBinding): Uint8Array {
  return Uint8Array.from(Buffer.from([batch, chipUid, deviceId].join('\0'), 'utf8'));
}
