import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { createIssuingCa, createRoot, createStationCertificate, type AuthorityNames } from './ca.ts';
import { der, derBits, derOid, TAG } from './der.ts';
import { deviceIdOf } from './device-key.ts';
import { OID } from './profile.ts';
import type { Signer } from './signer.ts';

/** For tests and benchmarks: real keys and requests without a vault or a chip. */
export function newSigner(): Signer & { privateKey: KeyObject } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    privateKey,
    publicKeySpki: publicKey.export({ type: 'spki', format: 'der' }),
    sign: (data) => Promise.resolve(sign('sha256', data, privateKey)),
  };
}

const fixtureNames: AuthorityNames = {
  organization: 'Fixture House',
  root: 'Fixture Root CA',
  issuing: 'Fixture Issuing CA',
  station: 'Fixture Station 1',
};

export interface FixtureAuthority {
  root: Buffer;
  issuing: Buffer;
  station: Buffer;
  issuingSigner: Signer;
  stationSigner: Signer;
}

/** Root, issuing CA and station, made anew. */
export async function newAuthority(): Promise<FixtureAuthority> {
  const [rootSigner, issuingSigner, stationSigner] = [newSigner(), newSigner(), newSigner()];
  const root = await createRoot(rootSigner, fixtureNames);
  const issuing = await createIssuingCa(rootSigner, issuingSigner.publicKeySpki, fixtureNames);
  const station = await createStationCertificate(issuingSigner, stationSigner.publicKeySpki, fixtureNames);
  return { root, issuing, station, issuingSigner, stationSigner };
}

/** A device key with its request (RFC 2986) for `serial`; `signer` signs where it is not the key itself. */
export function newRequest(serial: string, signer?: KeyObject) {
  const device = newSigner();
  const attribute = der(
    TAG.sequence,
    derOid(OID.serialNumber),
    der(TAG.printableString, Buffer.from(serial)),
  );
  const info = der(
    TAG.sequence,
    der(TAG.integer, Buffer.of(0)),
    der(TAG.sequence, der(TAG.set, attribute)),
    device.publicKeySpki,
    der(TAG.context0),
  );
  const signature = sign('sha256', info, { key: signer ?? device.privateKey, dsaEncoding: 'der' });
  const algorithm = der(TAG.sequence, derOid(OID.ecdsaWithSha256));
  return {
    device,
    csr: der(TAG.sequence, info, algorithm, derBits(signature)),
    deviceId: deviceIdOf(device.publicKeySpki),
  };
}
