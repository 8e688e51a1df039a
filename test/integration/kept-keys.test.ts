import { execFileSync } from 'node:child_process';
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WireEntry } from '#drivers/core/host-api.ts';
import { holdsKeyOf, shows } from '#drivers/roots-of-trust/agent/recorded-wire.test-support.ts';
import { keptKeyOf } from '#services/records/kept-key.ts';
import type { TestStation } from './harness.ts';
import {
  altered,
  begin,
  bytesOfLog,
  everyFile,
  exportOf,
  newPair,
  onTerminal,
  openKeptKey,
  pkcs8,
  startKeepingStation,
  takeOut,
  type Exported,
} from './kept-keys.test-support.ts';

const recipient = newPair();
const fingerprint = createHash('sha256')
  .update(recipient.publicKey.export({ type: 'spki', format: 'der' }))
  .digest('hex');
const wire: WireEntry[] = [];
let test: TestStation;
let folder: string;
const file = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rootline-kept-'));
  test = await startKeepingStation(folder, recipient.publicKey);
  test.drivers.onEvent((event) => {
    if (event.type === 'bytes') wire.push(...event.entries);
  });
  await test.drivers.watchBytes('A1', true);
  await writeFile(file('recipient.pem'), pkcs8(recipient.privateKey), { mode: 0o600 });
});
afterAll(async () => {
  await test.dispose();
  await rm(folder, { recursive: true, force: true });
});

/** Makes one unit of a batch of its own. */
async function madeUnit(): Promise<Exported> {
  const batch = await test.openBatch(1, 'SK1');
  const chipUid = await begin(test);
  await takeOut(test);
  return (await exportOf(test, batch.id)).get(chipUid)!;
}
const openssl = (...args: string[]) => execFileSync('openssl', args, { encoding: 'utf8' });

const certifiedKey = ({ record }: Exported): Buffer => {
  const { publicKey } = new X509Certificate(Buffer.from(record.certificate!.der, 'base64'));
  return publicKey.export({ type: 'spki', format: 'der' });
};

/** Opens the unit's key as its recipient would; openssl says whose it is. */
async function openedWith({ path, certificate }: Exported, out: string): Promise<Buffer> {
  const opened = await openKeptKey('--record', path, '--key', file('recipient.pem'), '--out', out);
  expect(opened).toMatchObject({ code: 0, stdout: '', stderr: '' });
  const publicKey = openssl('pkey', '-in', out, '-pubout');
  expect(publicKey).toBe(openssl('x509', '-in', certificate, '-noout', '-pubkey'));
  const { d = '' } = createPrivateKey(await readFile(out)).export({ format: 'jwk' });
  return Buffer.from(d, 'base64url');
}

describe('a unit whose private key is kept', () => {
  let unit: Exported;
  let scalar: Buffer;
  beforeAll(async () => {
    unit = await madeUnit();
    scalar = await openedWith(unit, file('unit.pem'));
  });

  it('has it in its record, sealed; only the recipient’s own file opens it, to a file that is theirs alone', async () => {
    expect(keptKeyOf(unit.record)?.key).toMatchObject({
      form: 'rootline-kept-key/1',
      recipient: fingerprint,
    });
    expect((await stat(file('unit.pem'))).mode & 0o777).toBe(0o600);
    const signature = file('signature');
    openssl('dgst', '-sha256', '-sign', file('unit.pem'), '-out', signature, unit.path);
    await writeFile(file('unit.pub'), openssl('x509', '-in', unit.certificate, '-noout', '-pubkey'));
    const verified = openssl(
      'dgst',
      '-sha256',
      '-verify',
      file('unit.pub'),
      '-signature',
      signature,
      unit.path,
    );
    expect(verified).toContain('Verified OK');
  });

  it('is said so on the screens: before the start, on its page, in its time line', async () => {
    expect((await test.call('jobs.get', { jobId: 'SK1' })).keptFor).toEqual({ fingerprint });
    expect((await test.call('jobs.get', { jobId: 'XE8' })).keptFor).toBeNull();
    const detail = await test.call('units.get', { unitId: unit.record.deviceId! });
    expect(detail.keptFor).toBe(fingerprint);
    const lines = detail.timeline.map((entry) => entry.detail).join('\n');
    expect(lines).toContain(`private key kept, sealed for ${fingerprint}`);
  });

  it('is in clear nowhere: not in the data folder with its database, not in the export, not in the byte log', async () => {
    const kept = keptKeyOf(unit.record)!.key;
    const sealed = Buffer.from(kept.ct, 'base64');
    const stored = await everyFile(test.dataDir);
    expect(stored.includes(kept.ct)).toBe(true);
    expect(shows(stored, scalar)).toBe(false);
    await test.drivers.watchBytes('A1', false);
    const { shown, packets } = bytesOfLog(wire);
    const spki = certifiedKey(unit);
    // The log has the packet that brought the key: what is looked for would be found.
    expect(shows(packets, spki)).toBe(true);
    expect(holdsKeyOf(packets, spki)).toBe(false);
    for (const bytes of [scalar, sealed]) expect(shows(Buffer.concat([shown, packets]), bytes)).toBe(false);
    expect(test.defects).toEqual([]);
  });
});

describe('the recipient’s tool gives nothing', () => {
  let unit: Exported;
  beforeAll(async () => {
    unit = await madeUnit();
    await writeFile(file('other.pem'), pkcs8(newPair().privateKey));
  });
  const refused = async (record: string, key = 'recipient.pem') => {
    const said = await openKeptKey('--record', record, '--key', file(key));
    expect(said).toMatchObject({ code: 1, stdout: '' });
    return said.stderr;
  };

  it('to another key, which it names', async () => {
    expect(await refused(unit.path, 'other.pem')).toContain(`sealed for the key ${fingerprint}`);
  });

  it('out of a record that was changed: chip, batch, device or sealed key', async () => {
    const enrolment = (record: Exported['record']) =>
      record.phases.find(({ operation }) => operation === 'enrol')!.evidence as {
        keptKey: Record<string, string>;
        deviceId: string;
      };
    const changes: ((record: Exported['record']) => void)[] = [
      (record) => (record.chipUid = record.chipUid.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))),
      (record) => (record.batch.id = crypto.randomUUID()),
      (record) => (enrolment(record).deviceId = 'ab'.repeat(32)),
      (record) => (enrolment(record).keptKey['ct'] = Buffer.alloc(48).toString('base64')),
      (record) => (enrolment(record).keptKey['enc'] = Buffer.alloc(65, 4).toString('base64')),
    ];
    for (const change of changes) {
      const path = await altered(unit.path, file('altered.json'), change);
      expect(await refused(path)).toContain('It does not open');
    }
    const chain = await readFile(join(unit.path, '..', '..', 'chain.pem'));
    const otherCertificate = new X509Certificate(chain).raw.toString('base64');
    const certificate = await altered(unit.path, file('altered.json'), (record) => {
      record.certificate!.der = otherCertificate;
    });
    expect(await refused(certificate)).toContain('not the key of this record’s device');
  });

  it('out of a record without one, or a file that is none', async () => {
    const plain = await altered(unit.path, file('plain.json'), (record) => {
      delete record.phases.find(({ operation }) => operation === 'enrol')!.evidence['keptKey'];
    });
    expect(await refused(plain)).toContain('holds no kept key');
    expect(await refused(unit.certificate)).toContain('no exported record');
    expect(await refused(unit.path, 'nowhere.pem')).toContain('cannot be read');
    expect(await refused(unit.path, 'unit.pub')).toContain('no private key');
  });

  it('for a key under a passphrase without it; with it, as a file, it opens', async () => {
    const passphrase = 'correct horse';
    const secured = recipient.privateKey.export({
      ...{ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase },
    });
    await writeFile(file('secured.pem'), secured);
    await writeFile(file('word'), `${passphrase}\nanother line\n`);
    await writeFile(file('wrong'), 'battery staple');
    expect(await refused(unit.path, 'secured.pem')).toContain('no private key');
    const args = ['--record', unit.path, '--key', file('secured.pem'), '--passphrase-file'];
    expect(await openKeptKey(...args, file('wrong'))).toMatchObject({ code: 1, stdout: '' });
    expect((await openKeptKey(...args, file('word'))).stdout).toContain('BEGIN PRIVATE KEY');
  });

  it('over a file that is there, or onto a terminal', async () => {
    const args = ['--record', unit.path, '--key', file('recipient.pem')];
    await writeFile(file('there'), 'mine');
    expect(await openKeptKey(...args, '--out', file('there'))).toMatchObject({ code: 1 });
    expect(await readFile(file('there'), 'utf8')).toBe('mine');
    expect((await openKeptKey(...args)).stdout).toContain('BEGIN PRIVATE KEY');
    const { shown, stderr } = await onTerminal(args);
    expect(stderr).toContain('not shown on a terminal');
    expect(shown).toBe('');
  });
});
