import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '#contract/errors.ts';
import { jobTools } from '#drivers/artefacts/job-tools.ts';
import { buildSecureCert, SECURE_CERT_TYPE } from '#drivers/targets/esp32/secure-cert.ts';
import { loadJobFolder } from './load-job.ts';

const jobs = resolve(import.meta.dirname, '../../../resources/jobs');
type Json = Record<string, unknown>;
type Recipe = Json & { artefacts: Record<string, Json>; phases: (Json & { params: Json })[] };
let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rootline-form-2-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A demo job, changed; `files`: bytes in place of the delivered ones, with their hash in the recipe. */
function job(id: string, change: (recipe: Recipe) => void, files: Record<string, Uint8Array> = {}): string {
  const folder = join(root, id);
  cpSync(join(jobs, id), folder, { recursive: true });
  const path = join(folder, 'job.json');
  const recipe = JSON.parse(readFileSync(path, 'utf8')) as Recipe;
  for (const [name, bytes] of Object.entries(files)) {
    const artefact = recipe.artefacts[name]!;
    artefact['sha256'] = createHash('sha256').update(bytes).digest('hex');
    writeFileSync(join(folder, String(artefact['file'])), bytes);
  }
  change(recipe);
  writeFileSync(path, JSON.stringify(recipe));
  return folder;
}
const file = (id: string, name: string) => Uint8Array.from(readFileSync(join(jobs, id, name)));
const phase = (recipe: Recipe, id: string) => recipe.phases.find((one) => one['id'] === id)!;
const same = () => undefined;

async function refusal(folder: string) {
  const error: unknown = await loadJobFolder(folder, jobTools).catch((caught: unknown) => caught);
  if (!(error instanceof AppError)) throw new Error('not refused', { cause: error });
  expect(error.view.what).not.toBe('');
  expect(error.view.next).toMatch(/\.$/);
  return { code: error.view.code, what: error.view.what, ...error.view.details };
}

describe('demo jobs', () => {
  it.each([
    ['TH4', 'ra8m1', 'EA78 EF16'],
    ['TM5', 'rx65n', null],
    ['TX1', 'esp32c3', null],
    ['UB3', 'dfu', null],
    ['VM2', 'stm32f4', null],
    ['VP4', 'stm32f4-swd', null],
    ['WG3', 'ra6m4', null],
    ['WR9', 'cordelia', null],
    ['XB6', 'atecc608', null],
    ['XE8', 'ra8m1', null],
    ['XS5', 'nxp-puf', null],
    ['YF2', 'stm32f0-dap', null],
    ['YL7', 'stm32-dfu', null],
    ['ZN6', 'smp', null],
  ])('%s loads, for %s', async (id, target, checksum) => {
    const loaded = await loadJobFolder(join(jobs, id), jobTools);
    expect(loaded.recipe).toMatchObject({ id, target });
    // Form 1 keeps its hash for ever: stations, orders and records name a job by it.
    if (checksum !== null) expect(loaded.checksum).toBe(checksum);
    expect([...loaded.files.keys()]).toEqual(Object.keys(loaded.recipe.artefacts));
  });

  it('TX1 is one image out of four files, named by all of them', async () => {
    const { image } = await loadJobFolder(join(jobs, 'TX1'), jobTools);
    expect(image?.segments.map(({ address }) => address)).toEqual([0, 0x8000, 0xd000, 0x10000]);
    const other = job('TX1', same, { partitions: new Uint8Array(0xc00).fill(0xff) });
    expect((await loadJobFolder(other, jobTools)).image?.sha256).not.toBe(image?.sha256);
  });
});

describe('a job that asks for what the target cannot do is refused when it is loaded', () => {
  it.each<[string, string, Json, (recipe: Recipe) => void]>([
    [
      'an operation the chip does not have',
      'VM2',
      { code: 'job-operation', phase: 'protect' },
      (r) => {
        phase(r, 'protect')['operation'] = 'lock';
        phase(r, 'protect').params = { disableInitialize: true, lockBoot: true };
      },
    ],
    [
      'a certificate of a chip without a key',
      'WG3',
      { code: 'job-operation', phase: 'boundary', operation: 'csr' },
      (r) => {
        phase(r, 'boundary')['operation'] = 'csr';
        phase(r, 'boundary').params = {};
      },
    ],
    [
      'an issue where nothing can be requested',
      'VM2',
      { code: 'job-operation', operation: 'issue' },
      (r) => {
        phase(r, 'erase')['operation'] = 'issue';
      },
    ],
    [
      'a network for a chip without a radio',
      'VM2',
      { code: 'job-operation', operation: 'join-network' },
      (r) => {
        phase(r, 'erase')['operation'] = 'join-network';
        phase(r, 'erase').params = { network: 'hall' };
      },
    ],
    [
      'a key in clear of a module that keeps to itself',
      'WR9',
      { code: 'job-root-of-trust', phase: 'network' },
      (r) => {
        phase(r, 'network')['operation'] = 'set-user-key';
        phase(r, 'network').params = { slot: 'WLAN', bytes: 16, inClear: true };
      },
    ],
    [
      'a root of trust that nobody knows',
      'XS5',
      { code: 'job-root-of-trust', field: 'rootOfTrust' },
      (r) => (r['rootOfTrust'] = 'enigma'),
    ],
    [
      'a root of trust of another chip',
      'XS5',
      { code: 'job-root-of-trust', rootOfTrust: 'qdid' },
      (r) => (r['rootOfTrust'] = 'qdid'),
    ],
    [
      'an enrolment with no root of trust',
      'XS5',
      { code: 'job-root-of-trust', phase: 'enrol' },
      (r) => (r['rootOfTrust'] = 'none'),
    ],
    [
      'a key that is kept for nobody',
      'XE8',
      { code: 'job-root-of-trust', phase: 'enrol', field: 'phases.5.params.keepKey' },
      (r) => (phase(r, 'enrol').params = { keepKey: true }),
    ],
    [
      'a key rebuilt that lies in a slot',
      'XE8',
      { code: 'job-root-of-trust', phase: 'enrol' },
      (r) => (phase(r, 'enrol')['operation'] = 'reconstruct'),
    ],
    [
      'a file that is none of the job',
      'VM2',
      { code: 'job-artefact', artefact: 'firmwares', field: 'phases.2.params.image' },
      (r) => (phase(r, 'program').params['image'] = 'firmwares'),
    ],
    [
      'a file of a kind that the phase cannot use',
      'WG3',
      { code: 'job-artefact', kind: 'image' },
      (r) => (phase(r, 'user-key').params['key'] = 'firmware'),
    ],
    [
      'a file of a kind that the chip does not take',
      'VM2',
      { code: 'job-artefact', kind: 'mcuboot-image' },
      (r) => (r.artefacts['firmware']!['kind'] = 'mcuboot-image'),
    ],
    [
      'to verify something else than was programmed',
      'TX1',
      { code: 'job-artefact', phase: 'verify' },
      (r) => (phase(r, 'verify').params['image'] = ['application']),
    ],
    [
      'nothing with one of its files',
      'WG3',
      { code: 'job-artefact', field: 'artefacts.userKey' },
      (r) => r.phases.splice(4, 1),
    ],
    [
      'a tool that the target does not have',
      'VM2',
      { code: 'job-operation', field: 'tool' },
      (r) =>
        (r['tool'] = {
          path: '/bin/true',
          sha256: '0'.repeat(64),
          product: 'X',
          image: 'binary',
          commands: {},
        }),
    ],
  ])('%s', async (_, id, expected, change) => {
    expect(await refusal(job(id, change))).toMatchObject(expected);
  });

  it('reading and writing memory are for the lab, and no operation of a recipe', async () => {
    for (const operation of ['read-memory', 'write-memory'])
      expect(await refusal(job('VM2', (r) => (phase(r, 'erase')['operation'] = operation)))).toMatchObject({
        code: 'job-format',
      });
  });
});

describe('an image for another chip is refused at the desk', () => {
  it('by the memory of the target', async () => {
    const image = readFileSync(join(jobs, 'WG3', 'firmware.hex'));
    expect(await refusal(job('VM2', same, { firmware: image }))).toMatchObject({
      ...{ code: 'image-range', file: 'firmware.hex', address: '0x00000000' },
    });
  });

  it('by the chip id in its header', async () => {
    const application = file('TX1', 'application.bin');
    application[12] = 9;
    expect(await refusal(job('TX1', same, { application }))).toMatchObject({
      ...{ code: 'wrong-chip', file: 'application.bin', expected: 'ESP32-C3', found: 'ESP32-S3' },
    });
  });

  it('where it says other eFuses than the job, or none', async () => {
    const virtual = job('TX1', (r) => (r.artefacts['application']!['efuse'] = 'virtual'));
    expect(await refusal(virtual)).toMatchObject({
      code: 'image-format',
      marked: 'virtual',
      found: 'silicon',
    });
    const unsaid = Buffer.from(file('TX1', 'bootloader.bin').subarray(0, 0x6000 - 0x1000));
    expect(await refusal(job('TX1', same, { bootloader: unsaid }))).toMatchObject({
      ...{ file: 'bootloader.bin', found: 'nothing' },
    });
  });

  it('where it is no image of its kind, or two files claim one address', async () => {
    expect(await refusal(job('TX1', same, { application: new Uint8Array(64) }))).toMatchObject({
      ...{ file: 'application.bin', artefact: 'esp-image', field: 'magic' },
    });
    const overlap = job('TX1', (r) => (r.artefacts['application']!['address'] = '0xe000'));
    expect(await refusal(overlap)).toMatchObject({ code: 'image-overlap' });
    const nowhere = job('TX1', (r) => delete r.artefacts['application']!['address']);
    expect(await refusal(nowhere)).toMatchObject({ field: 'address' });
  });

  it('where a private key stands in the clear, or a fuse value is too long', async () => {
    const data = new Uint8Array(121).fill(1);
    const certificates = buildSecureCert([{ type: SECURE_CERT_TYPE.privateKey, subtype: 0, flags: 0, data }]);
    expect(await refusal(job('TX1', same, { certificates }))).toMatchObject({
      ...{ artefact: 'esp-secure-cert', field: 'private key' },
    });
    expect(await refusal(job('TX1', same, { digest: new Uint8Array(33) }))).toMatchObject({
      ...{ code: 'job-artefact', file: 'secure-boot.digest', bytes: 33 },
    });
  });
});

describe('the rules of form 2', () => {
  it.each<[string, string, string, (recipe: Recipe) => void]>([
    [
      'hides that a burn is for ever',
      'TX1',
      'phases.3.irreversible',
      (r) => (phase(r, 'digest')['irreversible'] = false),
    ],
    [
      'hides that an enrolment is',
      'XS5',
      'phases.4.irreversible',
      (r) => (phase(r, 'enrol')['irreversible'] = false),
    ],
    ['burns before the image is verified', 'TX1', 'phases.2.irreversible', (r) => r.phases.splice(2, 1)],
    ['does not read back', 'TX1', 'phases.3.irreversible', (r) => r.phases.pop()],
    [
      'burns one fuse twice',
      'TX1',
      'phases.5.params.fuse',
      (r) => (phase(r, 'secure-boot').params['fuse'] = 'read-protection-lock'),
    ],
    [
      'makes two keys in one slot',
      'XS5',
      'phases.6.params.slot',
      (r) => (phase(r, 'device-secret').params['slot'] = 'USERKEK'),
    ],
    ['makes a key before the enrolment', 'XS5', 'phases.4.operation', (r) => r.phases.splice(4, 1)],
    [
      'burns a key in clear',
      'TX1',
      'phases.3.params.fuse',
      (r) => (phase(r, 'digest').params['fuse'] = 'flash-encryption-key'),
    ],
    [
      'sends a key in clear and does not say so',
      'XS5',
      'phases.5.params.inClear',
      (r) => (phase(r, 'user-key')['operation'] = 'set-user-key'),
    ],
    ['enrols before the part is in a network', 'WR9', 'phases.3.operation', (r) => r.phases.splice(3, 1)],
    [
      'brings a network with its password',
      'WR9',
      'phases.3.params',
      (r) => (phase(r, 'network').params['password'] = 'secret'),
    ],
    [
      'gives a boundary in words',
      'WG3',
      'phases.5.params.CFS1',
      (r) => (phase(r, 'boundary').params['CFS1'] = 'all'),
    ],
  ])('refuse a recipe that %s', async (_, id, field, change) => {
    expect(await refusal(job(id, change))).toMatchObject({ code: 'job-order', field });
  });

  it('take a key in clear that the recipe says it wants so', async () => {
    const folder = job('XS5', (r) => {
      phase(r, 'user-key')['operation'] = 'set-user-key';
      phase(r, 'user-key').params = { slot: 'USERKEK', bytes: 32, inClear: true };
    });
    expect((await loadJobFolder(folder, jobTools)).recipe.id).toBe('XS5');
  });
});
