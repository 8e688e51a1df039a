import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  X509Certificate,
  type KeyObject,
} from 'node:crypto';
import type { Transaction } from 'kysely';
import type { Db } from '#cloud/db/open.ts';
import type { CloudTables } from '#cloud/db/schema.ts';
import { createIssuingCa, createRoot, type AuthorityNames } from '#services/pki/ca.ts';
import type { Signer } from '#services/pki/signer.ts';
import { issueEndEntity, sha256, type CaKey, type EndEntity } from './certificates.ts';
import type { MasterKey } from './master-key.ts';

/** `signer`: messages to stations. `courier`: receives courier files. */
const KEY_IDS = ['root', 'issuing', 'signer', 'courier'] as const;
type KeyId = (typeof KEY_IDS)[number];

/** The signer's and the courier key's certificates last as long as the issuing CA nearly does. */
const TENANT_KEY_DAYS = 10 * 365;

export interface TenantKey extends CaKey {
  privateKey: KeyObject;
  certificate: Buffer;
  /** The certificate, read. */
  x509: X509Certificate;
}

/** What a tenant signs and is recognised with. */
export interface TenantAuthority {
  readonly tenant: { id: string; name: string };
  readonly root: Buffer;
  /** SHA-256 of the root: what people compare. */
  readonly rootFingerprint: string;
  readonly issuing: TenantKey;
  readonly signer: TenantKey;
  readonly courier: TenantKey;
  /** A certificate under the issuing CA. */
  issue(plan: Omit<EndEntity, 'organization'>, now: Date): Promise<Buffer>;
}

function namesOf(tenant: string): AuthorityNames {
  const owner = tenant.slice(0, 64 - ' cloud issuing CA'.length);
  return {
    organization: owner,
    root: `${owner} cloud root CA`,
    issuing: `${owner} cloud issuing CA`,
    station: `${owner} orders`,
  };
}

/** A signer over a key that is in memory. */
export function signerOf(privateKey: KeyObject): Signer {
  return {
    publicKeySpki: createPublicKey(privateKey).export({ type: 'spki', format: 'der' }),
    sign: (data) => Promise.resolve(sign('sha256', data, privateKey)),
  };
}

const newKey = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

async function newCertificates(
  name: string,
  keys: Record<KeyId, KeyObject>,
  now: Date,
): Promise<Record<KeyId, Buffer>> {
  const names = namesOf(name);
  const [root, issuing] = [signerOf(keys.root), signerOf(keys.issuing)];
  const rootCertificate = await createRoot(root, names);
  const certificate = await createIssuingCa(root, issuing.publicKeySpki, names);
  const end = (id: 'signer' | 'courier', commonName: string, use: EndEntity['use']) =>
    issueEndEntity(
      { signer: issuing, certificate },
      { organization: names.organization, commonName: names.issuing },
      {
        ...{ organization: names.organization, commonName, use, days: TENANT_KEY_DAYS },
        publicKeySpki: signerOf(keys[id]).publicKeySpki,
      },
      now,
    );
  return {
    root: rootCertificate,
    issuing: certificate,
    signer: await end('signer', names.station, 'documents'),
    courier: await end('courier', `${names.organization} courier`, 'key-agreement'),
  };
}

/** Makes keys and certificates of a new tenant, in the transaction that makes the tenant. */
export async function createTenantKeys(
  trx: Transaction<CloudTables>,
  master: MasterKey,
  tenant: { id: string; name: string },
  now: Date,
): Promise<void> {
  const keys = { root: newKey(), issuing: newKey(), signer: newKey(), courier: newKey() };
  const certificates = await newCertificates(tenant.name, keys, now);
  const rows = KEY_IDS.map((id) => {
    const plain = keys[id].export({ type: 'pkcs8', format: 'der' });
    const sealed = master.seal('cloud-key', `${tenant.id}/${id}`, plain);
    plain.fill(0);
    return {
      ...{ tenant_id: tenant.id, id, sealed, certificate: certificates[id], created_at: now },
      spki: signerOf(keys[id]).publicKeySpki,
    };
  });
  await trx.insertInto('keys').values(rows).execute();
}

function openKey(
  master: MasterKey,
  tenantId: string,
  row: { id: string; sealed: Uint8Array; certificate: Uint8Array },
) {
  const plain = master.open('cloud-key', `${tenantId}/${row.id}`, row.sealed);
  const privateKey = createPrivateKey({ key: plain, format: 'der', type: 'pkcs8' });
  plain.fill(0);
  const certificate = Buffer.from(row.certificate);
  return { privateKey, signer: signerOf(privateKey), certificate, x509: new X509Certificate(certificate) };
}

/** Loads a tenant's authority. Throws CloudError `master-key-wrong`. */
export async function loadAuthority(
  db: Db,
  master: MasterKey,
  tenant: { id: string; name: string },
): Promise<TenantAuthority> {
  const rows = await db.selectFrom('keys').selectAll().where('tenant_id', '=', tenant.id).execute();
  const keyOf = (id: KeyId): TenantKey => {
    const row = rows.find((each) => each.id === id);
    if (row === undefined) throw new Error(`tenant ${tenant.id} has no key "${id}"`);
    return openKey(master, tenant.id, row);
  };
  const issuing = keyOf('issuing');
  const root = keyOf('root').certificate;
  const names = namesOf(tenant.name);
  const issuer = { organization: names.organization, commonName: names.issuing };
  return {
    ...{ tenant, root, issuing, rootFingerprint: sha256(root) },
    ...{ signer: keyOf('signer'), courier: keyOf('courier') },
    issue: (plan, now) => issueEndEntity(issuing, issuer, { ...plan, organization: names.organization }, now),
  };
}
