import { createHash, sign, X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { certificationRequest } from '#drivers/virtual/agent/csr.ts';
import { labelled, SIGN_CHALLENGE } from '#drivers/protocols/smp/enrolment.ts';
import { deriveKey } from '#drivers/virtual/qdid/keys.ts';
import { createIssuer } from './issuer.ts';
import { deviceIdOf } from './device-key.ts';
import { newAuthority, newSigner, type FixtureAuthority } from './pki-fixtures.ts';
import { hardwareTypeOf } from './profile.ts';
import { verifyProof, type Proof, type TrustedAuthority } from './proof.ts';

const serial = '8c2a6d01f3b94e57';
const challenge = Buffer.alloc(32, 7);
let authority: FixtureAuthority;
let trusted: TrustedAuthority;
let proof: Proof & { fingerprint: string };

/** Everything a simulated part does: its key, its request, its signature; and our certificate for it. */
async function provePart(by: FixtureAuthority, index: number): Promise<typeof proof> {
  const key = deriveKey(new Uint8Array(32).fill(9), 'device', index);
  const deviceId = deviceIdOf(key.spki);
  const csr = certificationRequest(serial, deviceId, key.spki, key.privateKey);
  const issuer = await createIssuer({ signer: by.issuingSigner, certificate: by.issuing });
  const profile = { organization: 'F', commonNamePrefix: 'T', hardwareType: hardwareTypeOf('ra8m1') };
  const leaf = await issuer.issue({ csr, deviceId, chipUid: '00ff', serial, profile });
  const signature = sign('sha256', labelled(SIGN_CHALLENGE, challenge), key.privateKey);
  const chain = [leaf.der, by.issuing];
  return { challenge, publicKey: key.spki, signature, chain, deviceId, fingerprint: leaf.fingerprint };
}
const refused = (change: Partial<Proof>, code: string, at?: Date) => {
  const check = () => verifyProof({ ...proof, ...change }, trusted, at);
  expect(check).toThrow(expect.objectContaining({ view: expect.objectContaining({ code }) as unknown }));
};

beforeAll(async () => {
  authority = await newAuthority();
  trusted = { root: new X509Certificate(authority.root), issuing: new X509Certificate(authority.issuing) };
  proof = await provePart(authority, 0);
});

it('accepts what the enrolment agent of a simulated part requests and signs', () => {
  expect(() => verifyProof(proof, trusted)).not.toThrow();
});

describe('refuses a part', () => {
  it('whose signature is over another challenge, over the bare challenge, or by another key', () => {
    refused({ challenge: Buffer.alloc(32, 8) }, 'proof-signature');
    const key = deriveKey(new Uint8Array(32).fill(9), 'device', 0).privateKey;
    refused({ signature: sign('sha256', challenge, key) }, 'proof-signature');
    const message = labelled(SIGN_CHALLENGE, challenge);
    refused({ signature: sign('sha256', message, newSigner().privateKey) }, 'proof-signature');
    refused({ signature: Buffer.from('noise') }, 'proof-signature');
  });
  it('that shows another key or enrolled another device id', () => {
    refused({ publicKey: newSigner().publicKeySpki }, 'proof-key');
    refused({ deviceId: '0'.repeat(64) }, 'proof-key');
  });
  it('that holds a certificate of another authority, another certificate of ours, none, or noise', async () => {
    refused({ chain: (await provePart(await newAuthority(), 0)).chain }, 'chain-invalid');
    refused({ chain: [proof.chain[0]!, authority.root] }, 'chain-invalid');
    refused({ fingerprint: '0'.repeat(64) }, 'chain-invalid');
    refused({ chain: [] }, 'chain-invalid');
    refused({ chain: [Buffer.from('noise')] }, 'chain-invalid');
    refused({ chain: (await provePart(authority, 1)).chain }, 'chain-invalid');
  });
  it('that holds the certificate of a station or of the authority itself', () => {
    for (const certificate of [authority.station, authority.issuing]) {
      const fingerprint = createHash('sha256').update(certificate).digest('hex');
      refused({ chain: [certificate], fingerprint }, 'chain-invalid');
    }
  });
  it('before the authority is valid and after it has expired', () => {
    refused({}, 'chain-invalid', new Date('2000-01-01T00:00:00Z'));
    refused({}, 'chain-invalid', new Date('2100-01-01T00:00:00Z'));
  });
});
