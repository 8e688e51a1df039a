import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate authority of OpenSSL's, for parts that ask for a certificate and prove what they hold. */
export interface TestAuthority {
  /** What OpenSSL says of a request; it throws where the signature does not hold. */
  inspect(request: Uint8Array): string;
  /** Leaf first, then the authority's own, DER. */
  issue(request: Uint8Array): Uint8Array[];
  /** True where OpenSSL takes the signature (DER) over the message for one of that key (SubjectPublicKeyInfo). */
  holds(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
  close(): void;
}

export function openAuthority(): TestAuthority {
  const folder = mkdtempSync(join(tmpdir(), 'rootline-authority-'));
  const at = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): Buffer =>
    execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...curve,
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.pem'),
    '-subj',
    '/CN=Test',
    '-days',
    '9',
  );
  return {
    inspect: (request) => {
      writeFileSync(at('csr.der'), request);
      return openssl('req', '-inform', 'DER', '-in', at('csr.der'), '-verify', '-noout', '-text').toString();
    },
    issue: (request) => {
      writeFileSync(at('csr.der'), request);
      openssl('req', '-inform', 'DER', '-in', at('csr.der'), '-out', at('csr.pem'));
      const authority = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '9'];
      const leaf = openssl('x509', '-req', '-in', at('csr.pem'), ...authority, '-outform', 'DER');
      const issuer = openssl('x509', '-in', at('ca.pem'), '-outform', 'DER');
      return [Uint8Array.from(leaf), Uint8Array.from(issuer)];
    },
    holds: (publicKey, message, signature) => {
      writeFileSync(at('key.der'), publicKey);
      writeFileSync(at('message'), message);
      writeFileSync(at('signature'), signature);
      const key = ['-verify', at('key.der'), '-keyform', 'DER'];
      try {
        return openssl('dgst', '-sha256', ...key, '-signature', at('signature'), at('message')).includes(
          'OK',
        );
      } catch {
        return false;
      }
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
