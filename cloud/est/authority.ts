import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { CaKey } from '#cloud/pki/certificates.ts';
import { signerOf } from '#cloud/pki/tenant-authority.ts';
import type { CloudContext } from '#cloud/server/context.ts';
import { createIssuingCa } from '#services/pki/ca.ts';
import type { EstAuthority } from './issue.ts';

type Context = Pick<CloudContext, 'db' | 'master' | 'authorities' | 'now'>;

/** Row in the tenant's keys. A CA of its own: what devices hold must not pass for a station, nor a station for a device. */
const KEY_ID = 'est';
const PURPOSE = 'cloud-key';
const SUFFIX = ' devices CA';

async function storedKey({ db, master }: Context, tenantId: string, id: string) {
  const row = await db
    .selectFrom('keys')
    .select(['sealed', 'certificate'])
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirst();
  if (row === undefined) return null;
  const plain = master.open(PURPOSE, `${tenantId}/${id}`, row.sealed);
  const key = createPrivateKey({ key: plain, format: 'der', type: 'pkcs8' });
  plain.fill(0);
  return { key, certificate: Buffer.from(row.certificate) };
}

async function rootOf(context: Context, tenantId: string): Promise<CaKey> {
  const root = await storedKey(context, tenantId, 'root');
  if (root === null) throw new Error(`tenant ${tenantId} has no root key`);
  return { signer: signerOf(root.key), certificate: root.certificate };
}

/** Name of the tenant's root as `createRoot` wrote it: the new CA must name its issuer like that. */
function namesOf(tenant: string) {
  const owner = tenant.slice(0, 64 - ' cloud issuing CA'.length);
  return {
    organization: owner,
    root: `${owner} cloud root CA`,
    issuing: `${tenant.slice(0, 64 - SUFFIX.length)}${SUFFIX}`,
    station: '-',
  };
}

async function keep(context: Context, tenantId: string, key: KeyObject, certificate: Buffer): Promise<void> {
  const plain = key.export({ type: 'pkcs8', format: 'der' });
  const sealed = context.master.seal(PURPOSE, `${tenantId}/${KEY_ID}`, plain);
  plain.fill(0);
  await context.db
    .insertInto('keys')
    .values({
      ...{ tenant_id: tenantId, id: KEY_ID, sealed, certificate, created_at: context.now() },
      spki: signerOf(key).publicKeySpki,
    })
    // Another node was quicker: its key counts.
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

async function make(context: Context, tenantId: string): Promise<void> {
  const { tenant } = await context.authorities.of(tenantId);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const root = await rootOf(context, tenantId);
  const names = namesOf(tenant.name);
  const certificate = await createIssuingCa(root.signer, signerOf(privateKey).publicKeySpki, names);
  await keep(context, tenantId, privateKey, certificate);
}

async function load(context: Context, tenantId: string): Promise<EstAuthority> {
  let stored = await storedKey(context, tenantId, KEY_ID);
  if (stored === null) {
    await make(context, tenantId);
    stored = await storedKey(context, tenantId, KEY_ID);
  }
  if (stored === null) throw new Error(`tenant ${tenantId} has no key for devices`);
  const { root } = await context.authorities.of(tenantId);
  const { certificate, key } = stored;
  return { certificate, chain: [certificate, root], signer: signerOf(key) };
}

const known = new WeakMap<Context['db'], EstAuthorities>();

/** The one of this node: each key is opened once. */
export function estAuthorities(context: Context): EstAuthorities {
  const made = known.get(context.db) ?? new EstAuthorities(context);
  known.set(context.db, made);
  return made;
}

/** Authorities for devices by tenant: made at first use, loaded once. */
export class EstAuthorities {
  readonly #context: Context;
  readonly #loaded = new Map<string, Promise<EstAuthority>>();

  constructor(context: Context) {
    this.#context = context;
  }

  /** Not inside a transaction: it uses the database itself. */
  of(tenantId: string): Promise<EstAuthority> {
    const known = this.#loaded.get(tenantId);
    if (known !== undefined) return known;
    const loading = load(this.#context, tenantId);
    this.#loaded.set(tenantId, loading);
    loading.catch(() => this.#loaded.delete(tenantId));
    return loading;
  }
}
