import { createHash, X509Certificate } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkAuthority, checkEndEntity } from '#services/pki/chain.ts';
import { deviceIdOf } from '#services/pki/device-key.ts';
import { signerCertificate, verifyJws } from './jws.ts';
import { digestLine, manifestSchema, manifestText, type FileEntry, type ManifestHead } from './manifest.ts';
import { recordFileSchema, recordName, type UnitRecord } from './record-schema.ts';

/** The first file that does not hold, and why. */
export class VerificationError extends Error {
  readonly file: string;
  constructor(file: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.name = 'VerificationError';
    this.file = file;
  }
}

export interface VerifiedExport {
  station: string;
  batch: string;
  lot: string;
  madeAt: string;
  units: number;
  files: number;
  /** SHA-256 of the root that everything leads to. */
  rootSha256: string;
  /** True when the root was given and not taken from the folder itself. */
  rootGiven: boolean;
}

interface Authority {
  issuing: X509Certificate;
  root: X509Certificate;
}

/** Runs a check on behalf of a file: whatever it throws becomes that file's failure. */
async function holds<T>(file: string, check: () => Promise<T> | T): Promise<T> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof VerificationError) throw error;
    throw new VerificationError(file, error instanceof Error ? error.message : String(error), error);
  }
}

function need(condition: boolean, message: string): asserts condition {
  if (!condition) throw new TypeError(message);
}

const pemBlock = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

function certificatesOf(pem: string): X509Certificate[] {
  return (pem.match(pemBlock) ?? []).map((block) => new X509Certificate(block));
}

async function readAuthority(folder: string, anchor: string | null): Promise<Authority> {
  const [issuing, root, ...more] = certificatesOf(await readFile(join(folder, 'chain.pem'), 'utf8'));
  need(issuing !== undefined && root !== undefined && more.length === 0, 'It must hold issuing CA and root');
  if (anchor !== null) {
    const [given] = certificatesOf(anchor);
    need(given?.raw.equals(root.raw) === true, 'Its root is not the root that you trust');
  }
  return { issuing, root };
}

interface ReadManifest {
  head: ManifestHead;
  files: FileEntry[];
}

async function readManifest(folder: string): Promise<{ text: string; jws: string } & ReadManifest> {
  const text = await readFile(join(folder, 'manifest.json'), 'utf8');
  const { files, manifest, jws } = manifestSchema.parse(JSON.parse(text));
  return { text, jws, head: manifest, files };
}

function checkList({ text, jws, head, files }: Awaited<ReturnType<typeof readManifest>>): void {
  const digest = createHash('sha256');
  for (const entry of files) digest.update(digestLine(entry));
  need(head.files === files.length, 'It lists another number of files than it says');
  need(head.filesSha256 === digest.digest('hex'), 'Its list of files was altered');
  need(new Set(files.map(({ path }) => path)).size === files.length, 'It lists a file twice');
  const rendered = files.map((entry, index) => manifestText.entry(entry, index === 0)).join('');
  need(manifestText.begin + rendered + manifestText.end(head, jws) === text, 'It was altered');
}

/** A station's signature: its certificate is the authority's, for signing documents, valid when it says it signed. */
async function checkSigned(
  jws: string,
  type: Parameters<typeof verifyJws>[1],
  payload: string,
  { issuing }: Authority,
  at: Date,
): Promise<X509Certificate> {
  const signer = signerCertificate(jws);
  checkEndEntity(signer, issuing, 'station', at);
  need((await verifyJws(jws, type, signer)) === payload, 'What was signed is not what it says');
  return signer;
}

async function sha256File(path: string): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  return { sha256: hash.digest('hex'), bytes };
}

async function checkFile(folder: string, entry: FileEntry): Promise<void> {
  const path = join(folder, entry.path);
  const found = await lstat(path).catch(() => null);
  need(found !== null, 'It is missing');
  need(found.isFile(), 'It is not a file');
  const { sha256, bytes } = await sha256File(path);
  need(
    sha256 === entry.sha256 && bytes === entry.bytes,
    'It was altered: its hash is not that of the manifest',
  );
}

async function checkNothingElse(folder: string, files: readonly FileEntry[]): Promise<void> {
  const listed = new Set(['manifest.json', ...files.map(({ path }) => path)]);
  for (const found of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(found.parentPath, found.name).slice(join(folder, '/').length).replaceAll('\\', '/');
    const empty = found.isDirectory() && ['records', 'certificates'].includes(path);
    if (!empty && !listed.has(path)) throw new VerificationError(path, 'It is not in the manifest');
  }
}

type Certified = Extract<UnitRecord, { format: 'rootline-record/1' }>;

function checkCertificate(record: Certified, der: Buffer, authority: Authority, at: Date): void {
  const leaf = new X509Certificate(der);
  checkEndEntity(leaf, authority.issuing, 'device', at);
  const key = leaf.publicKey.export({ type: 'spki', format: 'der' });
  need(deviceIdOf(key) === record.deviceId, 'Its key is not that of the device');
  need(leaf.serialNumber.toLowerCase() === record.certificate.serial, 'Its serial is not that of the record');
  need(createHash('sha256').update(der).digest('hex') === record.certificate.sha256, 'Its hash is another');
}

async function checkUnit(
  folder: string,
  path: string,
  head: ManifestHead,
  authority: Authority,
): Promise<boolean> {
  const at = new Date(head.madeAt);
  const der = await holds(path, async () => {
    const { record, jws } = recordFileSchema.parse(JSON.parse(await readFile(join(folder, path), 'utf8')));
    need(path === `records/${recordName(record)}.json`, 'It is the record of another device');
    need(record.batch.id === head.batch, 'It is the record of another batch');
    await checkSigned(jws, 'rootline-record+json', JSON.stringify(record), authority, at);
    if (record.format === 'rootline-record/2') return null;
    const certificate = Buffer.from(record.certificate.der, 'base64');
    checkCertificate(record, certificate, authority, at);
    return certificate;
  });
  if (der === null) return false;
  const pem = path.replace(/^records\/(.*)\.json$/, 'certificates/$1.pem');
  await holds(pem, async () => {
    const [leaf, ...more] = certificatesOf(await readFile(join(folder, pem), 'utf8'));
    need(leaf?.raw.equals(der) === true && more.length === 0, 'It is not the certificate of the record');
  });
  return true;
}

function recordsOf({ head, files }: ReadManifest): { records: string[]; certificates: number } {
  const records = files.map(({ path }) => path).filter((path) => path.startsWith('records/'));
  const certificates = files.filter(({ path }) => path.startsWith('certificates/'));
  need(records.length === head.units && certificates.length <= head.units, 'Its units do not add up');
  return { records, certificates: certificates.length };
}

/**
 * Checks an export offline: manifest and its signer, chain, every hash, nothing missing, nothing extra, every
 * record's signature and certificate. `anchor`: PEM of the trusted root; null takes the folder's own. Signatures are
 * checked as of the time the manifest names. Rejects with VerificationError naming the first file that fails.
 */
export async function verifyFolder(folder: string, anchor: string | null): Promise<VerifiedExport> {
  const manifest = await holds('manifest.json', () => readManifest(folder));
  const { head, files, jws } = manifest;
  const at = new Date(head.madeAt);
  const authority = await holds('chain.pem', async () => {
    const read = await readAuthority(folder, anchor);
    checkAuthority(read.issuing, read.root, at);
    return read;
  });
  const listed = await holds('manifest.json', async () => {
    checkList(manifest);
    await checkSigned(jws, 'rootline-manifest+json', JSON.stringify(head), authority, at);
    return recordsOf(manifest);
  });
  await checkNothingElse(folder, files);
  for (const entry of files) await holds(entry.path, () => checkFile(folder, entry));
  let certified = 0;
  for (const path of listed.records) if (await checkUnit(folder, path, head, authority)) certified += 1;
  await holds('manifest.json', () =>
    need(certified === listed.certificates, 'A certificate is of no record'),
  );
  const { station, batch, lot, madeAt, units } = head;
  const rootSha256 = createHash('sha256').update(authority.root.raw).digest('hex');
  return {
    ...{ station, batch, lot, madeAt, units },
    ...{ files: files.length + 1, rootSha256, rootGiven: anchor !== null },
  };
}
