import { X509Certificate } from 'node:crypto';
import { expect, it } from 'vitest';
import { certificateView } from '#contract/units.ts';
import { checkCaValidity, daysLeft } from './ca.ts';
import { createIssuer } from './issuer.ts';
import { describeCertificate } from './describe-certificate.ts';
import { newAuthority, newRequest } from './pki-fixtures.ts';

it('describes a device certificate as the viewer shows it', async () => {
  const authority = await newAuthority();
  const issuer = await createIssuer({ signer: authority.issuingSigner, certificate: authority.issuing });
  const profile = { organization: 'F', commonNamePrefix: 'TH4', hardwareType: '1.3.6.1.4.1.32473.1.1' };
  const { csr, deviceId } = newRequest('S1');
  const issued = await issuer.issue({ csr, deviceId, chipUid: '2d419c07', serial: 'S1', profile });
  const view = certificateView.parse(describeCertificate(issued.der));
  expect(view).toMatchObject({
    ...{ serial: issued.serial, fingerprint: issued.fingerprint, notAfter: '9999-12-31T23:59:59.000Z' },
    ...{ subject: 'O=F, CN=TH4-S1, serialNumber=S1', issuer: 'O=Fixture House, CN=Fixture Issuing CA' },
  });
  expect(new X509Certificate(view.pem).raw).toEqual(issued.der);
  expect(
    view.extensions.map(({ name, critical, value }) => `${name}${critical ? '!' : ''}: ${value}`),
  ).toEqual([
    'Key Usage!: Digital signature',
    'Extended Key Usage: TLS client authentication',
    expect.stringMatching(/^Subject Key Identifier: ([0-9A-F]{2} ){19}[0-9A-F]{2}$/),
    expect.stringMatching(/^Authority Key Identifier: ([0-9A-F]{2} ){19}[0-9A-F]{2}$/),
    'Subject Alternative Name: Hardware module 1.3.6.1.4.1.32473.1.1, serial 2D 41 9C 07',
  ]);
  const [constraints] = describeCertificate(authority.issuing).extensions;
  expect(constraints).toEqual({ name: 'Basic Constraints', critical: true, value: 'CA, path length 0' });
});

it('refuses a batch that would outlive a certificate of the authority, or begins before it', async () => {
  const { root, issuing } = await newAuthority();
  const now = new Date();
  const years = (count: number) => new Date(now.getTime() + count * 365 * 86_400_000);
  expect(() => checkCaValidity([root, issuing], now, years(1))).not.toThrow();
  expect(() => checkCaValidity([root, issuing], now, years(21))).toThrow(/Issuing CA is valid from/);
  expect(() => checkCaValidity([root, issuing], years(-1), now)).toThrow();
  expect(daysLeft([root, issuing], now)).toBeGreaterThan(19 * 365);
});
