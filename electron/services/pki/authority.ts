import { createPublicKey, generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import type { Recipe } from '#services/recipe.ts';
import type { Vault } from '#services/vault/vault.ts';
import type { KeyRepository, SettingsRepository } from '#store/api.ts';
import {
  checkCaValidity,
  createIssuingCa,
  createRoot,
  createStationCertificate,
  type AuthorityNames,
} from './ca.ts';
import { checkAuthority, checkEndEntity } from './chain.ts';
import { pkiError } from './errors.ts';
import { createIssuer, type IssuedCertificate, type IssueRequest } from './issuer.ts';
import { hardwareTypeOf } from './profile.ts';
import { verifyProof, type Proof } from './proof.ts';
import type { Signer } from './signer.ts';

/** Ids of the keys in the vault; their certificates stand in the settings under `pki.<id>`, base64 of DER. */
const KEY_IDS = { root: 'root-ca', issuing: 'issuing-ca', station: 'station' } as const;
type KeyId = (typeof KEY_IDS)[keyof typeof KEY_IDS];
const purposes: Record<KeyId, string> = {
  'root-ca': 'certificate-signing',
  'issuing-ca': 'certificate-signing',
  station: 'record-signing',
};

/** What the authority needs of the vault: keys go in once and are lent for one signature at a time. */
export type KeyVault = Pick<Vault, 'putKey' | 'withKey'>;

/** The station's certificate authority. Satisfies the run engine's IdentityAuthority. */
export interface Authority {
  /** DER. */
  readonly root: Uint8Array;
  readonly issuerCertificate: Uint8Array;
  readonly station: Uint8Array;
  readonly issuerName: string;
  /** The station's key, for records, manifests and audit checkpoints. */
  readonly stationSigner: Signer;
  issue(request: Omit<IssueRequest, 'profile'> & { recipe: Recipe }): Promise<IssuedCertificate>;
  /** Throws AppError `chain-invalid`, `proof-key`, `proof-signature`. */
  verifyProof(proof: Proof): void;
  /** For pre-flight: throws AppError `ca-validity` unless every certificate outlives `until`. */
  checkValidity(until: Date): void;
}

type Settings = Pick<SettingsRepository, 'get' | 'set'>;
type Keys = Pick<KeyRepository, 'get'>;
/** What the authority needs of the store. */
export interface AuthorityStore {
  settings: Settings;
  keys: Keys;
}

const settingOf = (id: KeyId) => `pki.${id}`;

/**
 * Makes a P-256 key where there is none under this id. Where a certificate stands a lost key is not made anew: the
 * vault then says that it is missing, instead of a second authority growing under the name of the first.
 */
async function ensureKey(vault: KeyVault, { keys, settings }: AuthorityStore, id: KeyId): Promise<void> {
  if ((await keys.get(id)) !== null || (await settings.get(settingOf(id))) !== null) return;
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' });
  await vault.putKey(id, purposes[id], pkcs8, publicKey.export({ type: 'spki', format: 'der' }));
}

async function vaultSigner(vault: KeyVault, store: AuthorityStore, id: KeyId): Promise<Signer> {
  const purpose = purposes[id];
  await ensureKey(vault, store, id);
  // Derived from the private key: the public part in the store is not under the envelope's seal.
  const publicKeySpki = await vault.withKey(id, purpose, (key) =>
    createPublicKey(key).export({ type: 'spki', format: 'der' }),
  );
  return {
    publicKeySpki,
    sign: (data) => vault.withKey(id, purpose, (key) => sign('sha256', data, key)),
  };
}

/** The certificate under `id`, made now if a first start or a crash in the middle of one left none. */
async function ensureCertificate(
  settings: Settings,
  id: KeyId,
  make: () => Promise<Buffer>,
): Promise<Buffer> {
  const stored = await settings.get(settingOf(id));
  if (stored !== null) return Buffer.from(stored, 'base64');
  const made = await make();
  await settings.set(settingOf(id), made.toString('base64'), 'station');
  return made;
}

/** Names of X.520 end at 64 characters (RFC 5280, appendix A). */
const LONGEST_NAME = 64;

function namesOf(station: string, demo: boolean): AuthorityNames {
  const owner = demo ? 'Rootline demo' : station.slice(0, LONGEST_NAME - ' issuing CA'.length);
  return {
    organization: owner,
    root: `${owner} root CA`,
    issuing: `${owner} issuing CA`,
    station: station.slice(0, LONGEST_NAME),
  };
}

interface Material {
  signers: Record<KeyId, Signer>;
  certificates: Record<KeyId, Buffer>;
}

async function loadMaterial(
  vault: KeyVault,
  store: AuthorityStore,
  names: AuthorityNames,
): Promise<Material> {
  const { settings } = store;
  const root = await vaultSigner(vault, store, 'root-ca');
  const issuing = await vaultSigner(vault, store, 'issuing-ca');
  const station = await vaultSigner(vault, store, 'station');
  const signers = { 'root-ca': root, 'issuing-ca': issuing, station };
  const certificates = {
    'root-ca': await ensureCertificate(settings, 'root-ca', () => createRoot(root, names)),
    'issuing-ca': await ensureCertificate(settings, 'issuing-ca', () =>
      createIssuingCa(root, issuing.publicKeySpki, names),
    ),
    station: await ensureCertificate(settings, 'station', () =>
      createStationCertificate(issuing, station.publicKeySpki, names),
    ),
  };
  return { signers, certificates };
}

/** A certificate of another key would sign nothing that verifies: found at start, not on the first part. */
function checkKeyOf(id: KeyId, { publicKeySpki }: Signer, certificate: Buffer): void {
  const certified = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
  if (certified.equals(publicKeySpki)) return;
  throw pkiError(
    'ca-key',
    `The certificate and the key "${id}" do not belong together.`,
    'Restore the data folder from its last backup; do not make parts.',
  );
}

function profileOf({ certificate, target }: Recipe): IssueRequest['profile'] {
  // The loader refuses a job that issues and names no subject.
  if (certificate === null) throw new TypeError('a job without a certificate issues none');
  return { ...certificate, hardwareType: hardwareTypeOf(target) };
}

/**
 * Loads the authority, making what is missing: a root, an issuing CA and the station's key at first start.
 * Checks on every start that the three certificates still hold together. Throws AppError `chain-invalid`.
 */
export async function createAuthority(
  vault: KeyVault,
  store: AuthorityStore,
  stationName: string,
  demo = false,
): Promise<Authority> {
  const { signers, certificates } = await loadMaterial(vault, store, namesOf(stationName, demo));
  for (const id of Object.values(KEY_IDS)) checkKeyOf(id, signers[id], certificates[id]);
  const [root, issuing] = [certificates['root-ca'], certificates['issuing-ca']];
  const trusted = { root: new X509Certificate(root), issuing: new X509Certificate(issuing) };
  const now = new Date();
  checkAuthority(trusted.issuing, trusted.root, now);
  checkEndEntity(new X509Certificate(certificates.station), trusted.issuing, 'station', now);
  const issuer = await createIssuer({ signer: signers['issuing-ca'], certificate: issuing });
  return {
    root,
    issuerCertificate: issuing,
    station: certificates.station,
    issuerName: trusted.issuing.subject.replaceAll('\n', ', '),
    stationSigner: signers.station,
    issue: ({ recipe, ...request }) => issuer.issue({ ...request, profile: profileOf(recipe) }),
    verifyProof: (proof) => verifyProof(proof, trusted),
    checkValidity: (until) => checkCaValidity([root, issuing, certificates.station], new Date(), until),
  };
}
