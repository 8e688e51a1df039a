import 'reflect-metadata';
import {
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  randomUUID,
  sign,
  webcrypto,
  type KeyObject,
  type X509Certificate,
} from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import type { CourierKey } from './envelope.ts';
import { CourierInbox } from './inbox.ts';
import type { Party, Transfer } from './manifest.ts';
import { OID } from './oids.ts';
import type { OpenKeys } from './open.ts';
import type { LastTaken } from './order.ts';
import type { SealKeys } from './seal.ts';
import type { CourierSender } from './trust.ts';
import { CourierWriter, type WrittenTransfer } from './writer.ts';

/** For tests and benchmarks: a real authority, a station and a cloud, without a vault. */
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const day = 86_400_000;

export interface Holder {
  certificate: Buffer;
  privateKey: KeyObject;
  pair: webcrypto.CryptoKeyPair;
}

interface Wish {
  name: string;
  issuer?: Holder;
  extensions: x509.Extension[];
  notBefore?: Date;
  notAfter?: Date;
}

async function issue({ name, issuer, extensions, ...times }: Wish): Promise<Holder> {
  const pair = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=${name}`,
    issuer: issuer === undefined ? `CN=${name}` : new x509.X509Certificate(issuer.certificate).subject,
    notBefore: times.notBefore ?? new Date(Date.now() - day),
    notAfter: times.notAfter ?? new Date(Date.now() + 30 * day),
    publicKey: pair.publicKey,
    signingKey: (issuer?.pair ?? pair).privateKey,
    signingAlgorithm: algorithm,
    extensions: [await x509.SubjectKeyIdentifierExtension.create(pair.publicKey), ...extensions],
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', pair.privateKey));
  const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  return { certificate: Buffer.from(certificate.rawData), privateKey, pair };
}

const usage = x509.KeyUsageFlags;

/** A self-signed authority. */
export function newRoot(name: string): Promise<Holder> {
  const caUsage = new x509.KeyUsagesExtension(usage.keyCertSign | usage.cRLSign, true);
  return issue({ name, extensions: [new x509.BasicConstraintsExtension(true, undefined, true), caUsage] });
}

/** A certificate that signs courier files. `purpose`: its extended key usage. */
export function newSender(
  name: string,
  issuer: Holder,
  { purpose = OID.documentSigning, ...times }: { purpose?: string; notBefore?: Date; notAfter?: Date } = {},
): Promise<Holder> {
  const extensions = [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(usage.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([purpose], true),
  ];
  return issue({ name, issuer, extensions, ...times });
}

/** A certificate that courier files are sealed for. */
export function newReceiver(name: string, issuer: Holder): Promise<Holder> {
  return issue({ name, issuer, extensions: [new x509.KeyUsagesExtension(usage.keyAgreement, true)] });
}

/** The key agreement as a vault offers it. */
export function keyOf({ certificate, privateKey }: Holder): CourierKey {
  const agree = (spki: Uint8Array): Promise<Buffer> => {
    const publicKey = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
    return Promise.resolve(diffieHellman({ privateKey, publicKey }));
  };
  return { certificate, agree };
}

export function sealKeys(sender: Holder, issuers: readonly Holder[], receiver: Holder): SealKeys {
  const publicKeySpki = createPublicKey(sender.privateKey).export({ type: 'spki', format: 'der' });
  return {
    signer: { publicKeySpki, sign: (data) => Promise.resolve(sign('sha256', data, sender.privateKey)) },
    chain: [sender, ...issuers].map(({ certificate }) => certificate),
    addressee: receiver.certificate,
  };
}

/** `CN=<kind>:<id>:<tenant>` in these fixtures. */
function identify({ subject }: X509Certificate): CourierSender | null {
  const [kind, id, tenant] = subject.replace('CN=', '').split(':');
  if ((kind !== 'station' && kind !== 'cloud') || id === undefined || tenant === undefined) return null;
  return { kind, id, tenant };
}

export interface CourierWorld {
  root: Holder;
  issuing: Holder;
  station: Party;
  cloud: Party;
  /** Sealing at the station for the cloud, and the other way. */
  up: SealKeys;
  down: SealKeys;
  atCloud: OpenKeys;
  atStation: OpenKeys;
  receivers: { station: Holder; cloud: Holder };
  senders: { station: Holder; cloud: Holder };
}

/** Root, issuing authority, one station and its cloud, with keys for both ways. */
export async function newWorld(): Promise<CourierWorld> {
  const root = await newRoot('Fixture Root');
  const caUsage = new x509.KeyUsagesExtension(usage.keyCertSign, true);
  const constraints = new x509.BasicConstraintsExtension(true, 0, true);
  const issuing = await issue({ name: 'Fixture Issuing', issuer: root, extensions: [constraints, caUsage] });
  const senders = {
    station: await newSender('station:st-1:tenant-1', issuing),
    cloud: await newSender('cloud:cl-1:tenant-1', issuing),
  };
  const receivers = {
    station: await newReceiver('st-1 courier', issuing),
    cloud: await newReceiver('cl-1 courier', issuing),
  };
  const trust = { roots: [root.certificate], tenant: 'tenant-1', identify };
  return {
    ...{ root, issuing, senders, receivers },
    station: { kind: 'station', id: 'st-1', name: 'Line 3' },
    cloud: { kind: 'cloud', id: 'cl-1', name: 'Acme cloud' },
    up: sealKeys(senders.station, [issuing], receivers.cloud),
    down: sealKeys(senders.cloud, [issuing], receivers.station),
    atCloud: { self: { kind: 'cloud', id: 'cl-1' }, keys: [keyOf(receivers.cloud)], trust },
    atStation: { self: { kind: 'station', id: 'st-1' }, keys: [keyOf(receivers.station)], trust },
  };
}

/** A folder that is gone afterwards, also when `use` fails. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'courier-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Lines that gzip hardly shortens, so that a few make several parts. */
export function noisyLines(count: number): string[] {
  const noise = (): string => randomUUID() + randomUUID() + randomUUID();
  return Array.from({ length: count }, (_, at) => JSON.stringify({ at, noise: noise() }));
}

/** A transfer of the fixtures' station to its cloud. */
export function upward(
  world: CourierWorld,
  number = 1,
  previous: string | null = null,
): Omit<Transfer, 'framing'> {
  return {
    ...{ transferId: randomUUID(), direction: 'up', from: world.station, to: world.cloud },
    ...{ tenant: 'tenant-1', number, previous, contentType: 'test/lines', madeAt: new Date().toISOString() },
  };
}

/** Seals lines into a folder that is made for them. Small parts unless told otherwise. */
export async function writeLines(
  folder: string,
  lines: readonly string[],
  keys: SealKeys,
  transfer: Omit<Transfer, 'framing'>,
  maxPartBytes = 16_384,
): Promise<WrittenTransfer> {
  await mkdir(folder, { recursive: true });
  return new CourierWriter(transfer, { framing: 'lines', lines }, keys, { maxPartBytes }).writeTo(folder);
}

export function cloudInbox(world: CourierWorld, folder: string, last: LastTaken | null = null): CourierInbox {
  return new CourierInbox({ folder, own: world.atCloud, lastTaken: () => Promise.resolve(last) });
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
