/** Object identifiers of a courier file, each with its source. */
export const OID = {
  data: '1.2.840.113549.1.7.1', // RFC 5652, 4
  signedData: '1.2.840.113549.1.7.2', // RFC 5652, 5.1
  authEnvelopedData: '1.2.840.113549.1.9.16.1.23', // RFC 5083, 2.1
  contentType: '1.2.840.113549.1.9.3', // RFC 5652, 11.1
  messageDigest: '1.2.840.113549.1.9.4', // RFC 5652, 11.2
  signingTime: '1.2.840.113549.1.9.5', // RFC 5652, 11.3
  ecPublicKey: '1.2.840.10045.2.1', // RFC 5480, 2.1.1
  ecdsaWithSha256: '1.2.840.10045.4.3.2', // RFC 5758, 3.2
  sha256: '2.16.840.1.101.3.4.2.1', // RFC 5754, 2
  ecdhSha256Kdf: '1.3.132.1.11.1', // dhSinglePass-stdDH-sha256kdf-scheme, RFC 5753, 7.1.4
  aes256Wrap: '2.16.840.1.101.3.4.1.45', // RFC 3565, 2.3.2
  aes256Gcm: '2.16.840.1.101.3.4.1.46', // RFC 5084, 3.2
  subjectKeyIdentifier: '2.5.29.14', // RFC 5280, 4.2.1.2
  documentSigning: '1.3.6.1.5.5.7.3.36', // RFC 9336, 3.1
} as const;
