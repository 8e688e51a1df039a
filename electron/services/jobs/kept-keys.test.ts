import { createHash, generateKeyPairSync } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '#contract/errors.ts';
import { jobTools } from '#drivers/artefacts/job-tools.ts';
import { jobView } from './job-view.ts';
import { loadJobFolder } from './load-job.ts';

const eSecure = resolve(import.meta.dirname, '../../../resources/jobs/XE8');
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const fingerprint = createHash('sha256')
  .update(publicKey.export({ type: 'spki', format: 'der' }))
  .digest('hex');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootline-kept-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Variant {
  rootOfTrust?: string;
  /** Parameters of the enrolment. */
  params?: Record<string, unknown>;
  /** Contents of `escrow.pem`; null: the job has no such file. */
  escrow?: string | Uint8Array | null;
  more?: Record<string, unknown>;
}
const KEEPS = { keepKeyFor: 'escrow' };

/** The door lock with software keys. */
function write({ rootOfTrust = 'software', params = KEEPS, escrow = pem, more = {} }: Variant = {}): string {
  cpSync(eSecure, folder, { recursive: true });
  const path = join(folder, 'job.json');
  const recipe = JSON.parse(readFileSync(path, 'utf8')) as {
    artefacts: Record<string, object>;
    phases: { id: string; params?: object; irreversible?: boolean }[];
  };
  if (escrow !== null) {
    const sha256 = createHash('sha256').update(escrow).digest('hex');
    recipe.artefacts['escrow'] = { file: 'escrow.pem', sha256, kind: 'key-recipient' };
    writeFileSync(join(folder, 'escrow.pem'), escrow);
  }
  Object.assign(
    recipe.phases.find(({ id }) => id === 'enrol')!,
    { params, ...more },
  );
  writeFileSync(path, JSON.stringify({ ...recipe, rootOfTrust }));
  return folder;
}
const load = (variant?: Variant) => loadJobFolder(write(variant), jobTools);

async function refusal(variant: Variant) {
  const error: unknown = await load(variant).catch((caught: unknown) => caught);
  if (!(error instanceof AppError)) throw new Error('not refused', { cause: error });
  return { code: error.view.code, what: error.view.what, ...error.view.details };
}

describe('a job that keeps private keys', () => {
  it('says for whom, on the screen before the start', async () => {
    const job = await load();
    expect(job.keptFor).toBe(fingerprint);
    expect(jobView(job, 1).keptFor).toEqual({ fingerprint });
  });

  it('shows nothing where it keeps none, and still loads with keepKey false under its old checksum', async () => {
    const plain = await load({ params: {}, escrow: null });
    expect(jobView(plain, 1).keptFor).toBeNull();
    const said = await load({ params: { keepKey: false }, escrow: null });
    expect(jobView(said, 1).keptFor).toBeNull();
    expect(JSON.parse(said.canonical)).toMatchObject({
      phases: expect.arrayContaining([
        expect.objectContaining({ id: 'enrol', params: { keepKey: false } }),
      ]) as unknown,
    });
  });
});

const PARAM = 'phases.5.params.keepKeyFor';
describe('is refused when it is loaded', () => {
  it.each<[string, Variant, Record<string, unknown>]>([
    [
      'where it does not say for whom',
      { params: { keepKey: true }, escrow: null },
      { code: 'job-root-of-trust', field: 'phases.5.params.keepKey' },
    ],
    [
      'where it says both',
      { params: { ...KEEPS, keepKey: false } },
      { code: 'job-order', field: 'phases.5.params' },
    ],
    [
      'where the part makes its key itself',
      { rootOfTrust: 'esecure' },
      { code: 'job-root-of-trust', field: PARAM, phase: 'enrol' },
    ],
    [
      'where the name is of no file',
      { escrow: null },
      { code: 'job-artefact', field: PARAM, artefact: 'escrow' },
    ],
    [
      'where the file is of another kind',
      { params: { keepKeyFor: 'firmware' }, escrow: null },
      { code: 'job-artefact', field: PARAM, kind: 'image' },
    ],
    [
      'where no phase uses the recipient',
      { params: {} },
      { code: 'job-artefact', field: 'artefacts.escrow' },
    ],
    [
      'where the file is a private key',
      { escrow: privateKey.export({ type: 'pkcs8', format: 'pem' }) },
      { code: 'bad-argument', file: 'escrow.pem', field: 'private key', line: 1 },
    ],
    [
      'where it is a key of another curve',
      {
        escrow: generateKeyPairSync('ec', { namedCurve: 'P-521' }).publicKey.export({
          ...{ type: 'spki', format: 'pem' },
        }),
      },
      { code: 'bad-argument', file: 'escrow.pem', artefact: 'key-recipient', field: 'curve' },
    ],
    ['where the file is no key', { escrow: 'x'.repeat(5000) }, { code: 'job-format', file: 'escrow.pem' }],
    // Else a reading alone could settle it, and nobody would have the key.
    [
      'where the enrolment is for ever',
      { more: { irreversible: true } },
      { code: 'job-order', field: 'phases.5.irreversible' },
    ],
  ])('%s', async (_, variant, expected) => {
    expect(await refusal(variant)).toMatchObject(expected);
  });

  it('with the way out in words', async () => {
    const { what } = await refusal({ params: { keepKey: true }, escrow: null });
    expect(what).toContain('keepKeyFor');
    const secret = await refusal({ escrow: privateKey.export({ type: 'sec1', format: 'pem' }) });
    expect(secret.what).toContain('escrow.pem cannot be used: key-recipient: private key: stands there.');
  });

  it('where the file is not the one that the recipe was made with', async () => {
    write();
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
    writeFileSync(join(folder, 'escrow.pem'), other.export({ type: 'spki', format: 'pem' }));
    await expect(loadJobFolder(folder, jobTools)).rejects.toMatchObject({
      view: { code: 'job-hash', details: { file: 'escrow.pem', field: 'artefacts.escrow.sha256' } },
    });
  });
});
