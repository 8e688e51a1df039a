import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { newAuthority } from '#services/pki/pki-fixtures.ts';
import { certsOnly, fromBody, requestAttributes, toBody } from './messages.ts';

const openssl = (args: string[], input: Uint8Array): string =>
  execFileSync('openssl', args, { input, encoding: 'utf8' });

it('carries certificates in a message that openssl takes apart again', async () => {
  const { root, issuing } = await newAuthority();
  const text = openssl(['pkcs7', '-inform', 'DER', '-print_certs'], certsOnly([issuing, root]));
  const found = [...text.matchAll(/-----BEGIN CERTIFICATE-----([^-]+)-----END/g)].map(([, each]) =>
    Buffer.from(each!, 'base64').toString('hex'),
  );
  expect(found).toEqual([issuing, root].map((each) => each.toString('hex')));
});

it('is read by the CMS command as well, which is stricter', async () => {
  const { root } = await newAuthority();
  const text = openssl(['cms', '-cmsout', '-inform', 'DER', '-print', '-noout'], certsOnly([root]));
  expect(text).toContain('pkcs7-signedData');
  expect(text).toMatch(/signerInfos:\s+<EMPTY>/);
});

it('asks for a P-256 key signed with ECDSA and SHA-256', () => {
  const text = openssl(['asn1parse', '-inform', 'DER'], requestAttributes());
  expect(text).toContain('id-ecPublicKey');
  expect(text).toContain('prime256v1');
  expect(text).toContain('ecdsa-with-SHA256');
});

it('reads any body that it writes, white space and line ends changed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (bytes) => {
      expect(fromBody(toBody(bytes).replaceAll('\n', '\r\n '))).toEqual(Buffer.from(bytes));
    }),
  );
});

it('takes nothing that is not base64', () => {
  for (const body of ['', '   ', 'abc', 'ab=c', 'ab!d', '====', '<html>']) expect(fromBody(body)).toBeNull();
});
