import { createHash, generateKeyPairSync } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '#contract/errors.ts';
import { jobView as jobViewSchema } from '#contract/jobs.ts';
import { makeCodeCertificate, makeKeyCertificate } from '#drivers/artefacts/boot-chain.ts';
import { jobTools } from '#drivers/artefacts/job-tools.ts';
import { rawPublicKey } from '#drivers/artefacts/p256.ts';
import { parseRkey, writeRkey } from '#drivers/artefacts/rkey.ts';
import { parseImage } from '#drivers/images/parse-image.ts';
import { unwrapInjectedKey } from '#drivers/virtual/ra8m1/key-injection.ts';
import { loadJobFolder, loadJobs } from './load-job.ts';
import { jobView } from './job-view.ts';

const demo = resolve(import.meta.dirname, '../../../resources/jobs/TH4');
type Json = Record<string, unknown>;
let root = '';
let folder = '';
const at = (file: string) => join(folder, file);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const recipe = () =>
  JSON.parse(readFileSync(at('job.json'), 'utf8')) as Json & { artefacts: Record<string, Json> };

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rootline-jobs-'));
  folder = join(root, 'TH4');
  cpSync(demo, folder, { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Writes an artefact and its hash into the recipe: a job made wrongly, not a damaged copy. */
function replace(name: string, bytes: Uint8Array): void {
  const changed = recipe();
  const artefact = changed.artefacts[name]!;
  artefact['sha256'] = sha256(bytes);
  writeFileSync(at(String(artefact['file'])), bytes);
  writeFileSync(at('job.json'), JSON.stringify(changed));
}
function edit(change: (recipe: Json) => void): void {
  const changed = recipe();
  change(changed);
  writeFileSync(at('job.json'), JSON.stringify(changed));
}
async function refusal() {
  const before = readdirSync(folder).map((file) => sha256(readFileSync(at(file))));
  const error: unknown = await loadJobFolder(folder, jobTools).catch((caught: unknown) => caught);
  if (!(error instanceof AppError)) throw error;
  expect(readdirSync(folder).map((file) => sha256(readFileSync(at(file))))).toEqual(before);
  expect(error.view.what).not.toBe('');
  expect(error.view.next).not.toBe('');
  return { code: error.view.code, ...error.view.details };
}

describe('the demo job', () => {
  it('loads, every part checked', async () => {
    const job = await loadJobFolder(demo, jobTools);
    expect(job.recipe).toMatchObject({ id: 'TH4', name: 'Thermostat v4', revision: 12, allowance: 2000 });
    expect(job.checksum).toMatch(/^[0-9A-F]{4} [0-9A-F]{4}$/);
    expect(job.sha256.toUpperCase().startsWith(job.checksum.replace(' ', ''))).toBe(true);
    expect(job.image?.segments.map((segment) => segment.bytes.length)).toEqual([320 * 1024]);
    expect(jobViewSchema.safeParse(jobView(job, 1999, true)).success).toBe(true);
    expect(jobView(job, 1999).demoTraveller).toBeUndefined();
  });
  it('carries the firmware that its source builds to', () => {
    const built = resolve(demo, '../../firmware/demo/firmware.srec');
    expect(readFileSync(join(demo, 'firmware.srec')).equals(readFileSync(built))).toBe(true);
  });
  it('holds an OEM root key that a simulated chip unwraps: the key that signed the key certificate', () => {
    const { wufpk, iv, encryptedKey } = parseRkey(readFileSync(join(demo, 'oem-root.rkey')));
    const payload = Buffer.concat([Buffer.alloc(4), wufpk.subarray(4), iv, encryptedKey]);
    const key = readFileSync(join(demo, 'key.cert')).subarray(40, 104);
    expect(unwrapInjectedKey(payload, 64, false)).toEqual({ known: true, key: Uint8Array.from(key) });
  });
  it('is named by its content: white space in the file changes nothing, a limit does', async () => {
    const { sha256: original } = await loadJobFolder(folder, jobTools);
    writeFileSync(at('job.json'), JSON.stringify(recipe(), null, 8));
    expect((await loadJobFolder(folder, jobTools)).sha256).toBe(original);
    edit((job) => (job['allowance'] = 2001));
    expect((await loadJobFolder(folder, jobTools)).sha256).not.toBe(original);
  });
});

describe('a job is refused for', () => {
  it('a file that is missing', async () => {
    rmSync(at('key.cert'));
    expect(await refusal()).toEqual({ code: 'job-missing', file: 'key.cert' });
    rmSync(at('job.json'));
    expect(await refusal()).toEqual({ code: 'job-missing', file: 'job.json' });
  });
  it('a changed byte in any artefact', async () => {
    for (const file of ['firmware.srec', 'oem-root.rkey', 'key.cert', 'code.cert']) {
      const bytes = readFileSync(at(file));
      const changed = Buffer.from(bytes);
      changed[100] = changed[100]! ^ 1;
      writeFileSync(at(file), changed);
      expect(await refusal()).toMatchObject({ code: 'job-hash', file });
      writeFileSync(at(file), bytes);
    }
  });
  it('a common name that would be an administrator or a wildcard at a broker', async () => {
    for (const commonNamePrefix of ['rootline/admin', '+', '#', '%u']) {
      const certificate = { organization: 'Demo Devices', commonNamePrefix };
      writeFileSync(at('job.json'), JSON.stringify({ ...recipe(), certificate }));
      expect(await refusal()).toMatchObject({ code: 'job-format' });
    }
  });
  it('an artefact far too large', async () => {
    truncateSync(at('code.cert'), 5000);
    expect(await refusal()).toEqual({ code: 'job-format', file: 'code.cert' });
  });
  it('a corrupt image, naming the line', async () => {
    const lines = readFileSync(at('firmware.srec'), 'utf8').split('\n');
    lines[41] = lines[41]!.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));
    replace('firmware', Buffer.from(lines.join('\n')));
    expect(await refusal()).toEqual({ code: 'image-format', file: 'firmware.srec', line: 42 });
  });
  it('an image too large, naming the first address outside', async () => {
    const record = 'S30E021F8000000102030405060708';
    const sum = ~Buffer.from(record.slice(2), 'hex').reduce((total, byte) => total + byte, 0) & 0xff;
    const outside = record + sum.toString(16).toUpperCase().padStart(2, '0');
    const text = readFileSync(at('firmware.srec'), 'utf8').replace(/S5.*\n/, `${outside}\n`);
    replace('firmware', Buffer.from(text));
    expect(await refusal()).toEqual({ code: 'image-range', file: 'firmware.srec', address: '0x021F8000' });
  });
  it('a gap in the image, and two pieces at one address', async () => {
    const text = readFileSync(at('firmware.srec'), 'utf8').replace(/S5.*\n/, '');
    const lines = text.split('\n');
    replace('firmware', Buffer.from(lines.filter((_, index) => index < 100 || index > 110).join('\n')));
    expect(await refusal()).toMatchObject({ code: 'image-range', address: '0x020018C0', gapBytes: 704 });
    replace('firmware', Buffer.from([lines[0], lines[1], lines[1], ...lines.slice(2)].join('\n')));
    expect(await refusal()).toMatchObject({ code: 'image-overlap', address: '0x02000000', line: 3 });
  });
  it('an .rkey of another kind', async () => {
    const rkey = parseRkey(readFileSync(at('oem-root.rkey')));
    replace('oemRootKey', writeRkey({ ...rkey, keyType: 1 }));
    expect(await refusal()).toMatchObject({ code: 'bad-argument', file: 'oem-root.rkey', field: 'type' });
  });
  it('certificates made for another boot loader or by another key', async () => {
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const header = {
      loadAddress: 0x02000000,
      destinationAddress: 0x02000000,
      imageVersion: 1,
      buildNumber: 1,
    };
    const image = parseImage(readFileSync(at('firmware.srec')));
    const bootloader = image.segments[0]!.bytes.subarray(0, 0x10000);
    replace('codeCertificate', makeCodeCertificate(key, bootloader, header));
    expect(await refusal()).toMatchObject({ file: 'code.cert', field: 'bootloaderPublicKey' });
    replace('keyCertificate', makeKeyCertificate(key, rawPublicKey(key)));
    expect((await loadJobFolder(folder, jobTools)).files.get('keyCertificate')?.length).toBe(208);
    replace('codeCertificate', makeCodeCertificate(key, Buffer.alloc(0x10000), header));
    expect(await refusal()).toMatchObject({ file: 'code.cert', field: 'crc' });
  });
  it('text that is no JSON, or no UTF-8', async () => {
    writeFileSync(at('job.json'), '{');
    expect(await refusal()).toEqual({ code: 'job-format', file: 'job.json' });
    writeFileSync(at('job.json'), Buffer.from([0x22, 0xff, 0x22]));
    expect(await refusal()).toEqual({ code: 'job-format', file: 'job.json' });
  });
  it.each<[string, (job: Json) => void]>([
    ['revision', (job) => (job['revision'] = 0)],
    ['id', (job) => (job['id'] = '../TH4')],
    ['', (job) => (job['extra'] = 1)],
    [
      'artefacts.firmware.file',
      (job) => ((job['artefacts'] as Record<string, Json>)['firmware']!['file'] = '..'),
    ],
    ['phases', (job) => (job['phases'] = [])],
    ['phases.0.timeout', (job) => ((job['phases'] as Json[])[0]!['timeout'] = 0)],
    ['phases.0.operation', (job) => ((job['phases'] as Json[])[0]!['operation'] = 'explode')],
  ])('a bad field: "%s"', async (field, change) => {
    edit(change);
    expect(await refusal()).toEqual({ code: 'job-format', file: 'job.json', field });
  });
  it('a chip that is not known', async () => {
    for (const target of ['rx99n', '__proto__', 'toString']) {
      edit((job) => (job['target'] = target));
      expect(await refusal()).toMatchObject({ code: 'job-target', field: 'target', target });
    }
  });
});

describe('loadJobs', () => {
  it('keeps jobs by id and refuses the same job twice', async () => {
    expect([...(await loadJobs(root, jobTools)).keys()]).toEqual(['TH4']);
    cpSync(demo, join(root, 'copy'), { recursive: true });
    await expect(loadJobs(root, jobTools)).rejects.toMatchObject({ view: { code: 'job-double' } });
  });
});
