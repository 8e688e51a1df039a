import { X509Certificate } from 'node:crypto';

/** `README.txt` of an export: how to check it without the station. */
export function readme(rootPem: string): string {
  return `Records of one production batch
===============================

records/<device id>.json       the unit's record, signed by the station (JWS, ES256); uid-<chip uid>.json where it
                               has no certificate
certificates/<device id>.pem   the unit's certificate (IDevID)
chain.pem                      issuing CA, then root CA
units.csv                      every attempt, failed ones too
report.pdf                     one page for people
manifest.json                  SHA-256 of every file, signed by the station

Check everything, offline, with a copy of Rootline:

    npm run verify -- <this folder> [--root root.pem] [--json]

It ends with exit code 0, or 1 and the name of the first file that does not hold. Without --root it trusts the root
in chain.pem: compare its fingerprint with the one your supplier gave you by another way. SHA-256 of the root here:

    ${new X509Certificate(rootPem).fingerprint256}

Check one certificate with OpenSSL (root.pem is the second certificate of chain.pem):

    openssl verify -CAfile root.pem -untrusted chain.pem certificates/<device id>.pem
`;
}
