/** Trusted Platform Module Library, family 2.0, level 00, revision 01.59; part 2 (structures) unless another is named. */

/** 6.9, TPM_ST. */
export const TAG = { noSessions: 0x8001, sessions: 0x8002, hashCheck: 0x8024 } as const;

/** 6.5.2, TPM_CC. */
export const CC = {
  evictControl: 0x120,
  nvUndefineSpace: 0x122,
  clear: 0x126,
  hierarchyChangeAuth: 0x129,
  nvDefineSpace: 0x12a,
  createPrimary: 0x131,
  nvWrite: 0x137,
  nvWriteLock: 0x138,
  dictionaryAttackLockReset: 0x139,
  startup: 0x144,
  nvRead: 0x14e,
  sign: 0x15d,
  unseal: 0x15e,
  flushContext: 0x165,
  nvReadPublic: 0x169,
  readPublic: 0x173,
  getCapability: 0x17a,
  getRandom: 0x17b,
} as const;

/** 6.6.3, TPM_RC: those that this station tells apart, without the bits that name a handle, session or parameter. */
export const RC = {
  success: 0x000,
  attributes: 0x082,
  value: 0x084,
  handle: 0x08b,
  authFail: 0x08e,
  badAuth: 0x0a2,
  initialize: 0x100,
  failure: 0x101,
  commandCode: 0x143,
  nvLocked: 0x148,
  nvAuthorization: 0x149,
  nvUninitialized: 0x14a,
  nvSpace: 0x14b,
  nvDefined: 0x14c,
  objectMemory: 0x902,
  yielded: 0x908,
  testing: 0x90a,
  nvRate: 0x920,
  lockout: 0x921,
  retry: 0x922,
} as const;

/** 7.4, TPM_RH: hierarchies, and the session of a password. */
export const RH = {
  owner: 0x40000001,
  none: 0x40000007,
  password: 0x40000009,
  lockout: 0x4000000a,
  endorsement: 0x4000000b,
} as const;

/** 6.3, TPM_ALG_ID; 6.4, TPM_ECC_CURVE. */
export const ALG = {
  aes: 0x0006,
  keyedHash: 0x0008,
  sha256: 0x000b,
  null: 0x0010,
  ecdsa: 0x0018,
  ecc: 0x0023,
  cfb: 0x0043,
  p256: 0x0003,
} as const;

/** 8.3, TPMA_OBJECT. */
export const OBJECT = {
  fixedTpm: 1 << 1,
  fixedParent: 1 << 4,
  sensitiveDataOrigin: 1 << 5,
  userWithAuth: 1 << 6,
  adminWithPolicy: 1 << 7,
  noDictionaryAttack: 1 << 10,
  restricted: 1 << 16,
  decrypt: 1 << 17,
  sign: 1 << 18,
} as const;

/** 13.4, TPMA_NV. */
export const NV = {
  ownerWrite: 1 << 1,
  writeLocked: 1 << 11,
  /** May be locked for as long as the index exists. */
  writeDefine: 1 << 13,
  ownerRead: 1 << 17,
  authRead: 1 << 18,
  noDictionaryAttack: 1 << 25,
  written: 1 << 29,
} as const;

/** 6.12, TPM_CAP; 6.13, TPM_PT. */
export const CAP = { handles: 1, properties: 6 } as const;
export const PT = {
  manufacturer: 0x105,
  firmware1: 0x10b,
  firmware2: 0x10c,
  nvIndexMax: 0x117,
  nvBufferMax: 0x12c,
  permanent: 0x200,
} as const;

/** 8.6, TPMA_PERMANENT. */
export const PERMANENT = { ownerAuth: 1 << 0, lockoutAuth: 1 << 2, inLockout: 1 << 9 } as const;

/** Part 1, 18.2: tag, size, code. */
export const HEADER_BYTES = 10;
/** A TPM's buffer (part 2, 6.13: TPM_PT_MAX_RESPONSE_SIZE; 4096 on those that were met). */
export const LONGEST_RESPONSE = 4096;
