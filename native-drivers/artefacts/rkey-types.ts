/**
 * Types of key in an .rkey file, as Renesas' example code for RA6M4 lists them (bootmode_demonstration_code.py, 2023; it
 * names R01AN5562, "User key list"). RA8's OEM root public key (FD) is not in that list.
 */
const NAMES: Readonly<Record<number, string>> = {
  0x00: 'DLM',
  0x05: 'AES-128',
  0x06: 'AES-192',
  0x07: 'AES-256',
  0x08: 'AES-128-XTS',
  0x09: 'AES-256-XTS',
  0x0a: 'RSA-1024-public',
  0x0b: 'RSA-1024-private',
  0x0c: 'RSA-2048-public',
  0x0d: 'RSA-2048-private',
  0x0e: 'RSA-3072-public',
  0x0f: 'RSA-3072-private',
  0x10: 'RSA-4096-public',
  0x11: 'RSA-4096-private',
  0x12: 'P-192-public',
  0x13: 'P-192-private',
  0x14: 'P-224-public',
  0x15: 'P-224-private',
  0x16: 'P-256-public',
  0x17: 'P-256-private',
  0x18: 'P-384-public',
  0x19: 'P-384-private',
  0x1a: 'HMAC-SHA224',
  0x1b: 'HMAC-SHA256',
  0x1c: 'brainpoolP256r1-public',
  0x1d: 'brainpoolP256r1-private',
  0x1e: 'brainpoolP384r1-public',
  0x1f: 'brainpoolP384r1-private',
  0x20: 'brainpoolP512r1-public',
  0x21: 'brainpoolP512r1-private',
  0x22: 'secp256k1-public',
  0x23: 'secp256k1-private',
  0xfd: 'OEM-root-public',
  0xff: 'key-update-key',
};

/** Life-cycle keys of the first generation of RA. */
export const RKEY_TYPE_DLM = 0x00;

/** For the words of an error. */
export function rkeyTypeName(type: number): string {
  return NAMES[type] ?? `type ${type.toString(16).padStart(2, '0')}`;
}
