import { createHash } from 'node:crypto';
import { DriverError } from '#drivers/core/errors.ts';
import { joined, sized, TpmReader, u16, u32 } from './buffer.ts';
import type { TpmClient } from './client.ts';
import { ALG, CC, OBJECT, RH, TAG } from './constants.ts';

const COORDINATE = 32;
const NO_PASSWORD = new Uint8Array(0);
const ONE_AUTH = [NO_PASSWORD];
const { fixedTpm, fixedParent, sensitiveDataOrigin, userWithAuth, adminWithPolicy } = OBJECT;
const { noDictionaryAttack, restricted, decrypt, sign: maySign } = OBJECT;

/** TPMT_PUBLIC (12.2.4) of a P-256 key that signs digests from outside: ECDSA with SHA-256. */
export const SIGNING_KEY = joined(
  ...[u16(ALG.ecc), u16(ALG.sha256)],
  u32(fixedTpm | fixedParent | sensitiveDataOrigin | userWithAuth | noDictionaryAttack | maySign),
  ...[
    sized(),
    u16(ALG.null),
    u16(ALG.ecdsa),
    u16(ALG.sha256),
    u16(ALG.p256),
    u16(ALG.null),
    sized(),
    sized(),
  ],
);

/** TCG EK Credential Profile for TPM family 2.0, B.3.4, template L-2: P-256, AES-128 CFB, PolicySecret of the hierarchy. */
const EK_POLICY = Buffer.from('837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa', 'hex');
export const ENDORSEMENT_KEY = joined(
  ...[u16(ALG.ecc), u16(ALG.sha256)],
  u32(fixedTpm | fixedParent | sensitiveDataOrigin | adminWithPolicy | restricted | decrypt),
  ...[sized(EK_POLICY), u16(ALG.aes), u16(128), u16(ALG.cfb), u16(ALG.null), u16(ALG.p256), u16(ALG.null)],
  ...[sized(new Uint8Array(COORDINATE)), sized(new Uint8Array(COORDINATE))],
);

/** A sealed data object: bytes from outside, given back by Unseal. */
const SEALED = joined(
  ...[u16(ALG.keyedHash), u16(ALG.sha256), u32(fixedTpm | fixedParent | userWithAuth | noDictionaryAttack)],
  ...[sized(), u16(ALG.null), sized()],
);

/** An object's public part. `name`: algorithm and digest of the area (part 1, 16), 34 bytes. */
export interface TpmPublic {
  name: Uint8Array;
  /** X and Y, 64 bytes; null for what is no key of P-256. */
  point: Uint8Array | null;
}

/** A transient object; the caller flushes it. `secret`: what a sealed object keeps. */
export async function createPrimary(
  client: TpmClient,
  hierarchy: number,
  template: Uint8Array,
  secret: Uint8Array = new Uint8Array(0),
): Promise<{ handle: number; public: TpmPublic }> {
  const sensitive = sized(sized(), sized(secret));
  const parameters = [sensitive, sized(template), sized(), u32(0)];
  const command = { code: CC.createPrimary, handles: [hierarchy], passwords: ONE_AUTH, parameters };
  const { handle, reader } = await client.run(command, true);
  return { handle, public: publicOf(reader.sized()) };
}

export const createSealed = (client: TpmClient, secret: Uint8Array) =>
  createPrimary(client, RH.owner, SEALED, secret);

/** Keeps a transient object under a persistent handle, or removes the persistent one that is named twice. */
export async function evictControl(client: TpmClient, object: number, persistent: number): Promise<void> {
  const parameters = [u32(persistent)];
  await client.run({ code: CC.evictControl, handles: [RH.owner, object], passwords: ONE_AUTH, parameters });
}

export async function flushContext(client: TpmClient, handle: number): Promise<void> {
  await client.run({ code: CC.flushContext, parameters: [u32(handle)] });
}

export async function readPublic(client: TpmClient, handle: number): Promise<TpmPublic> {
  const { reader } = await client.run({ code: CC.readPublic, handles: [handle] });
  const found = publicOf(reader.sized());
  if (Buffer.from(reader.sized()).equals(found.name)) return found;
  throw new DriverError('bad-frame', 'The name that the TPM gives is not that of the public area it shows.', {
    context: { handle },
  });
}

/** R and S over a digest as it is: the key is not restricted, no ticket is needed (part 3, 20.2). */
export async function sign(
  client: TpmClient,
  key: number,
  digest: Uint8Array,
): Promise<{ r: Uint8Array; s: Uint8Array }> {
  const noTicket = joined(u16(TAG.hashCheck), u32(RH.none), sized());
  const parameters = [sized(digest), u16(ALG.null), noTicket];
  const { reader } = await client.run({ code: CC.sign, handles: [key], passwords: ONE_AUTH, parameters });
  const [algorithm, hash] = [reader.u16(), reader.u16()];
  if (algorithm === ALG.ecdsa && hash === ALG.sha256) return { r: reader.sized(), s: reader.sized() };
  throw new DriverError('bad-frame', 'The TPM signed with another algorithm than the key has.', {
    context: { algorithm, hash },
  });
}

export async function unseal(client: TpmClient, handle: number): Promise<Uint8Array> {
  const { reader } = await client.run({ code: CC.unseal, handles: [handle], passwords: ONE_AUTH });
  return reader.sized();
}

/** TPMT_PUBLIC: what a key of P-256 has in it; of anything else only the name. */
export function publicOf(area: Uint8Array): TpmPublic {
  const name = joined(u16(ALG.sha256), createHash('sha256').update(area).digest());
  const reader = new TpmReader(area);
  const [type, hash] = [reader.u16(), reader.u16()];
  if (hash !== ALG.sha256)
    throw new DriverError('unsupported', 'The TPM names this object by another hash.', { context: { hash } });
  return { name, point: type === ALG.ecc ? pointOf(reader) : null };
}

function pointOf(reader: TpmReader): Uint8Array | null {
  reader.u32();
  reader.sized();
  if (reader.u16() !== ALG.null) reader.bytes(4);
  if (reader.u16() !== ALG.null) reader.u16();
  const curve = reader.u16();
  if (reader.u16() !== ALG.null) reader.u16();
  const [x, y] = [reader.sized(), reader.sized()];
  if (curve !== ALG.p256 || x.length > COORDINATE || y.length > COORDINATE) return null;
  const point = new Uint8Array(2 * COORDINATE);
  point.set(x, COORDINATE - x.length);
  point.set(y, 2 * COORDINATE - y.length);
  return point;
}

/** Sets the authorization of a hierarchy that has none. Nobody can ask for it again. */
export async function changeAuth(client: TpmClient, hierarchy: number, auth: Uint8Array): Promise<void> {
  const parameters = [sized(auth)];
  await client.run({ code: CC.hierarchyChangeAuth, handles: [hierarchy], passwords: ONE_AUTH, parameters });
}
