/** Numbers of TLS 1.3 (RFC 8446; registries: RFC 8447). The sections are those of RFC 8446. */
export const ContentType = { changeCipherSpec: 20, alert: 21, handshake: 22, applicationData: 23 } as const; // 5.1

export const HandshakeType = {
  clientHello: 1,
  serverHello: 2,
  newSessionTicket: 4,
  encryptedExtensions: 8,
  certificate: 11,
  certificateRequest: 13,
  certificateVerify: 15,
  finished: 20,
  keyUpdate: 24,
  messageHash: 254,
} as const; // 4

export const ExtensionType = {
  serverName: 0,
  supportedGroups: 10,
  signatureAlgorithms: 13,
  applicationProtocols: 16,
  supportedVersions: 43,
  cookie: 44,
  signatureAlgorithmsCert: 50,
  keyShare: 51,
} as const; // 4.2

/** `legacy_version` of records and hellos, and the version that is meant (4.1.2, 4.2.1). */
export const LEGACY_VERSION = 0x0303;
export const TLS_1_3 = 0x0304;

export const Group = { secp256r1: 0x0017, x25519: 0x001d } as const; // 4.2.7
export type Group = (typeof Group)[keyof typeof Group];

export const SignatureScheme = {
  rsaPkcs1Sha256: 0x0401,
  rsaPkcs1Sha384: 0x0501,
  rsaPkcs1Sha512: 0x0601,
  ecdsaSecp256r1Sha256: 0x0403,
  ecdsaSecp384r1Sha384: 0x0503,
  rsaPssRsaeSha256: 0x0804,
  rsaPssRsaeSha384: 0x0805,
  rsaPssRsaeSha512: 0x0806,
  ed25519: 0x0807,
} as const; // 4.2.3

/** Largest record contents and the room that encryption may add to them, bytes (5.1, 5.2). */
export const MAX_PLAINTEXT = 2 ** 14;
export const MAX_EXPANSION = 256;
/** Largest handshake message that is taken, bytes: a chain of eight certificates fits; the RFC allows 2^24. */
export const MAX_HANDSHAKE = 2 ** 16;
/** Records under one AES-GCM key: 5.5 allows 2^24.5. */
export const MAX_RECORDS_PER_KEY = 2 ** 24;

/** Alert descriptions (6). */
export const Alert = {
  close_notify: 0,
  unexpected_message: 10,
  bad_record_mac: 20,
  record_overflow: 22,
  handshake_failure: 40,
  bad_certificate: 42,
  unsupported_certificate: 43,
  certificate_revoked: 44,
  certificate_expired: 45,
  certificate_unknown: 46,
  illegal_parameter: 47,
  unknown_ca: 48,
  access_denied: 49,
  decode_error: 50,
  decrypt_error: 51,
  protocol_version: 70,
  insufficient_security: 71,
  internal_error: 80,
  inappropriate_fallback: 86,
  user_canceled: 90,
  missing_extension: 109,
  unsupported_extension: 110,
  unrecognized_name: 112,
  bad_certificate_status_response: 113,
  unknown_psk_identity: 115,
  certificate_required: 116,
  no_application_protocol: 120,
} as const;
export type AlertName = keyof typeof Alert;

/** Name of a received description; one that RFC 8446 does not know keeps its number. */
export function alertName(description: number): string {
  const found = Object.entries(Alert).find(([, value]) => value === description);
  return found?.[0] ?? `alert_${description}`;
}

/** SHA-256 of "HelloRetryRequest": the random that marks one (4.1.3). */
export const RETRY_RANDOM = Buffer.from(
  'cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c',
  'hex',
);
