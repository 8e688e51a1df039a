import { createHash } from 'node:crypto';

/** A cipher suite (RFC 8446, B.4): an AEAD and the hash of its key schedule. */
export interface Suite {
  id: number;
  name: string;
  hash: 'sha256' | 'sha384';
  hashBytes: number;
  cipher: 'aes-128-gcm' | 'aes-256-gcm';
  keyBytes: number;
}

const aes128: Suite = {
  id: 0x1301,
  name: 'TLS_AES_128_GCM_SHA256',
  hash: 'sha256',
  hashBytes: 32,
  cipher: 'aes-128-gcm',
  keyBytes: 16,
};
const aes256: Suite = {
  id: 0x1302,
  name: 'TLS_AES_256_GCM_SHA384',
  hash: 'sha384',
  hashBytes: 48,
  cipher: 'aes-256-gcm',
  keyBytes: 32,
};

/** What is offered, first choice first. */
export const SUITES: readonly Suite[] = [aes128, aes256];

export const suiteOf = (id: number): Suite | null => SUITES.find((suite) => suite.id === id) ?? null;

export const digest = (suite: Suite, ...parts: Uint8Array[]): Buffer => {
  const hash = createHash(suite.hash);
  for (const part of parts) hash.update(part);
  return hash.digest();
};
