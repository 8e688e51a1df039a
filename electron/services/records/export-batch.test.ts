import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newAuthority } from '#services/pki/pki-fixtures.ts';
import { signJws } from './jws.ts';
import { recordFile, recordFileSchema } from './record-schema.ts';
import { endUnit, openStation, passUnit, type FixtureStation } from './records-fixtures.ts';
import { verifyFolder } from './verify-folder.ts';
import { digestLine, manifestSchema, manifestText } from './manifest.ts';
import { X509Certificate } from 'node:crypto';

const run = promisify(execFile);
let station: FixtureStation;
let base: string;
let exported: string;
let units: Awaited<ReturnType<typeof passUnit>>[];

beforeAll(async () => {
  station = await openStation();
  base = await mkdtemp(join(tmpdir(), 'rootline-export-'));
  units = [await passUnit(station), await passUnit(station, 'A2'), await passUnit(station, 'A3')];
  const again = '0123456789abcdef0123456789abcdef';
  await endUnit(station, 'failed', 'limit', '=HYPERLINK("http://x","Bit error 13.1 %")', again);
  units.push(await passUnit(station, 'A4', again));
  await endUnit(station, 'failed', 'no-answer', 'No contact', null);
  await endUnit(station, 'unknown', 'port-gone', 'Cable lost during lock');
  exported = join(base, 'export');
  await station.records.exportBatch(station.batch.id, exported);
});
afterAll(async () => {
  await station.close();
  await rm(base, { recursive: true });
});

async function copy(): Promise<string> {
  const folder = await mkdtemp(join(base, 'copy-'));
  await cp(exported, folder, { recursive: true });
  return folder;
}

async function flip(path: string, at = 0.5): Promise<void> {
  const bytes = await readFile(path);
  const index = Math.floor(bytes.length * at);
  bytes[index] = bytes[index]! ^ 0x01;
  await writeFile(path, bytes);
}

/** Runs the command line as people do; returns what it printed and its exit code. */
async function verify(folder: string, ...args: string[]): Promise<{ code: number; out: string }> {
  const script = new URL('../../../scripts/verify.ts', import.meta.url).pathname;
  return run(process.execPath, [script, folder, ...args]).then(
    ({ stdout }) => ({ code: 0, out: stdout }),
    (error: unknown) => {
      const { code, stdout } = error as { code: number; stdout: string };
      return { code, out: stdout };
    },
  );
}

describe('an export', () => {
  it('holds exactly the files that the manifest lists, and no left-overs beside it', async () => {
    const found = (await readdir(exported, { recursive: true })).sort();
    const ids = units.map((unit) => unit.deviceId);
    expect(found).toEqual(
      [
        ...['README.txt', 'certificates', 'chain.pem', 'manifest.json', 'records', 'report.pdf', 'units.csv'],
        ...ids.flatMap((id) => [`certificates/${id}.pem`, `records/${id}.json`]),
      ].sort(),
    );
    expect(await readdir(base)).toEqual(['export']);
  });

  it('is accepted by openssl verify, leaf by leaf, with its own chain.pem', async () => {
    const pems = await readdir(join(exported, 'certificates'));
    const chain = join(exported, 'chain.pem');
    for (const pem of pems) {
      const leaf = join(exported, 'certificates', pem);
      const { stdout } = await run('openssl', ['verify', '-CAfile', chain, '-untrusted', chain, leaf]);
      expect(stdout).toContain(': OK');
    }
    expect(pems).toHaveLength(4);
  });

  it('lists every attempt in units.csv, none of them able to run as a formula', async () => {
    const lines = (await readFile(join(exported, 'units.csv'), 'utf8')).trimEnd().split('\r\n');
    expect(lines).toHaveLength(1 + 7);
    const outcomes = lines.slice(1).map((line) => line.split(',')[3]);
    expect(outcomes.filter((one) => one === 'passed')).toHaveLength(4);
    expect(outcomes.filter((one) => one === 'failed')).toHaveLength(2);
    expect(outcomes.filter((one) => one === 'unknown')).toHaveLength(1);
    expect(lines.join()).toContain(`"'=HYPERLINK(""http://x"",""Bit error 13.1 %"")"`);
  });

  it('has a report of one page that adds up', async () => {
    const pdf = join(exported, 'report.pdf');
    expect((await run('pdfinfo', [pdf])).stdout).toMatch(/Pages:\s+1\n/);
    const text = (await run('pdftotext', ['-layout', pdf, '-'])).stdout;
    expect(text).toContain('Thermostat v4');
    expect(text).toContain('9F3C 11A0');
    expect(text).toMatch(/= attempts, lines of units\.csv\s+7\b/);
    expect(text).toMatch(/Allowance debited\s+4\b/);
    expect(text).toContain('No contact');
  });

  it('has records that say who, what, where, when and how', async () => {
    const file = join(exported, 'records', `${units[0]!.deviceId}.json`);
    const { record } = JSON.parse(await readFile(file, 'utf8')) as { record: unknown };
    expect(record).toMatchObject({
      format: 'rootline-record/1',
      ...{ deviceId: units[0]!.deviceId, chipUid: units[0]!.chipUid, operator: '114', outcome: 'passed' },
      job: { id: 'TH4', revision: 12, checksum: '9F3C 11A0' },
      certificate: { sha256: units[0]!.issued.fingerprint, serial: units[0]!.issued.serial },
      phases: [
        { id: 'program', seconds: 15.1 },
        { id: 'quality-gate', measurements: [{ name: 'bit-error', value: 5.8, max: 12, ok: true }] },
        { id: 'issue' },
        { id: 'lock', irreversible: true, evidence: { note: 'lock done' } },
      ],
    });
  });

  it('verifies from the command line, and with the root given', async () => {
    const plain = await verify(exported);
    expect(plain).toEqual({
      code: 0,
      out: expect.stringMatching(/^OK 4 units, 13 files, lot 26-11-0417/) as unknown,
    });
    const root = join(base, '..', 'rootline-root.pem');
    await writeFile(root, new X509Certificate(Buffer.from(station.authority.root)).toString());
    const { code, out } = await verify(exported, '--root', root, '--json');
    await rm(root);
    expect({ code, ...(JSON.parse(out) as object) }).toMatchObject({
      code: 0,
      ok: true,
      units: 4,
      rootGiven: true,
    });
  });

  it('can be made again over itself, also by two at once', async () => {
    const folder = join(base, 'again');
    for (let round = 0; round < 2; round += 1)
      await Promise.all([1, 2].map(() => station.records.exportBatch(station.batch.id, folder)));
    await expect(verifyFolder(folder, null)).resolves.toMatchObject({ units: 4 });
    expect((await readdir(base)).filter((name) => name.startsWith('.'))).toEqual([]);
    await rm(folder, { recursive: true });
  });

  it('leaves nothing half when it cannot be finished, and clears what a crash left', async () => {
    const parent = join(base, 'parent');
    await mkdir(join(parent, '.lot.dead.part', 'records'), { recursive: true });
    const unfinished = await openStation();
    const unit = await passUnit(unfinished);
    await unfinished.store.units.putRecord(unit.runId, 'this is not JSON', 'x');
    await expect(unfinished.records.exportBatch(unfinished.batch.id, join(parent, 'lot'))).rejects.toThrow();
    await unfinished.close();
    expect(await readdir(parent)).toEqual([]);
    await rm(parent, { recursive: true });
  });
});

describe('the verifier names', () => {
  const at = (kind: 'records' | 'certificates', unit = 1) =>
    `${kind}/${units[unit]!.deviceId}.${kind === 'records' ? 'json' : 'pem'}`;

  it('any altered file', async () => {
    for (const file of [at('records'), at('certificates'), 'units.csv', 'report.pdf', 'README.txt']) {
      const folder = await copy();
      await flip(join(folder, file));
      const { code, out } = await verify(folder);
      expect({ code, out }).toEqual({ code: 1, out: expect.stringMatching(`^FAIL ${file}: `) as unknown });
    }
  });
  it('an altered chain', async () => {
    const folder = await copy();
    await flip(join(folder, 'chain.pem'), 0.3);
    await expect(verifyFolder(folder, null)).rejects.toMatchObject({ file: 'chain.pem' });
  });
  it('an altered manifest, wherever the byte stands', async () => {
    for (const place of [0.01, 0.2, 0.5, 0.6, 0.7, 0.8, 0.95, 0.999]) {
      const folder = await copy();
      await flip(join(folder, 'manifest.json'), place);
      await expect(verifyFolder(folder, null), `at ${place}`).rejects.toMatchObject({
        file: 'manifest.json',
      });
    }
    const folder = await copy();
    await writeFile(join(folder, 'manifest.json'), ' ', { flag: 'a' });
    await expect(verifyFolder(folder, null)).rejects.toMatchObject({ file: 'manifest.json' });
  });
  it('swapped certificates', async () => {
    const folder = await copy();
    const [a, b] = [join(folder, at('certificates', 1)), join(folder, at('certificates', 2))];
    await rename(a, `${a}.x`)
      .then(() => rename(b, a))
      .then(() => rename(`${a}.x`, b));
    await expect(verifyFolder(folder, null)).rejects.toMatchObject({
      file: expect.stringMatching('^certificates/') as unknown,
    });
  });
  it('a removed file', async () => {
    const folder = await copy();
    await rm(join(folder, at('records')));
    await expect(verifyFolder(folder, null)).rejects.toMatchObject({
      file: at('records'),
      message: 'It is missing',
    });
  });
  it('an extra file, an extra folder and a link in place of a file', async () => {
    for (const extra of ['records/extra.json', 'extra.txt', '.hidden']) {
      const folder = await copy();
      await writeFile(join(folder, extra), 'x');
      await expect(verifyFolder(folder, null)).rejects.toMatchObject({ file: extra });
    }
    const linked = await copy();
    await rm(join(linked, 'units.csv'));
    await symlink(join(exported, 'units.csv'), join(linked, 'units.csv'));
    await expect(verifyFolder(linked, null)).rejects.toMatchObject({ file: 'units.csv' });
  });

  /** Re-hashes the folder's list and signs it anew, as somebody without the station's key can. */
  async function resign(
    folder: string,
    chain: Uint8Array[],
    signer: Parameters<typeof signJws>[0]['signer'],
  ) {
    const path = join(folder, 'manifest.json');
    const { files, manifest } = manifestSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    const fresh = await Promise.all(
      files.map(async (entry) => {
        const bytes = await readFile(join(folder, entry.path));
        return { ...entry, sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length };
      }),
    );
    const filesSha256 = createHash('sha256').update(fresh.map(digestLine).join('')).digest('hex');
    const head = { ...manifest, files: fresh.length, filesSha256 };
    const jws = await signJws({ chain, signer }, 'rootline-manifest+json', JSON.stringify(head));
    const list = fresh.map((entry, index) => manifestText.entry(entry, index === 0)).join('');
    await writeFile(path, manifestText.begin + list + manifestText.end(head, jws));
  }

  it('a manifest signed again by a stranger', async () => {
    const stranger = await newAuthority();
    const folder = await copy();
    await resign(folder, [stranger.station, stranger.issuing], stranger.stationSigner);
    await expect(verifyFolder(folder, null)).rejects.toMatchObject({ file: 'manifest.json' });
  });
  it('a manifest signed by a stranger in the name of the station', async () => {
    const stranger = await newAuthority();
    const folder = await copy();
    const { station: certificate, issuerCertificate } = station.authority;
    await resign(folder, [certificate, issuerCertificate], stranger.stationSigner);
    await expect(verifyFolder(folder, null)).rejects.toMatchObject({ file: 'manifest.json' });
  });
  it('a manifest signed by a device of ours, which is no station', async () => {
    const folder = await copy();
    const { issued, device } = units[0]!;
    await resign(folder, [issued.der, station.authority.issuerCertificate], device);
    await expect(verifyFolder(folder, null)).rejects.toMatchObject({ file: 'manifest.json' });
  });
  it('a whole folder under a stranger: by its root when the true one is given', async () => {
    const stranger = await newAuthority();
    const folder = await copy();
    const pem = (der: Uint8Array) => new X509Certificate(Buffer.from(der)).toString();
    await writeFile(join(folder, 'chain.pem'), pem(stranger.issuing) + pem(stranger.root));
    await resign(folder, [stranger.station, stranger.issuing], stranger.stationSigner);
    const root = pem(station.authority.root);
    await expect(verifyFolder(folder, root)).rejects.toMatchObject({ file: 'chain.pem' });
    // Without it, the records of the true station give the stranger away.
    await expect(verifyFolder(folder, null)).rejects.toMatchObject({
      file: expect.stringMatching('^records/') as unknown,
    });
  });
  /** Puts a record without a certificate, truly signed by the station, in place of a unit's own. */
  async function withoutKey(folder: string): Promise<string> {
    const { deviceId } = units[0]!;
    const from = join(folder, 'records', `${deviceId}.json`);
    const { record } = recordFileSchema.parse(JSON.parse(await readFile(from, 'utf8')));
    const bare = { ...record, format: 'rootline-record/2', deviceId: null, certificate: null };
    const json = JSON.stringify(bare);
    const { station: certificate, issuerCertificate, stationSigner: signer } = station.authority;
    const by = { signer, chain: [certificate, issuerCertificate] };
    await rm(from);
    const path = `records/uid-${record.chipUid}.json`;
    await writeFile(join(folder, path), recordFile(json, await signJws(by, 'rootline-record+json', json)));
    await edited(folder, (text) => text.replace(`records/${deviceId}.json`, path));
    return deviceId;
  }
  async function edited(folder: string, change: (manifest: string) => string): Promise<void> {
    const path = join(folder, 'manifest.json');
    await writeFile(path, change(await readFile(path, 'utf8')));
    const { station: certificate, issuerCertificate, stationSigner } = station.authority;
    await resign(folder, [certificate, issuerCertificate], stationSigner);
  }

  it('a certificate of no record, and takes a unit that has none', async () => {
    const folder = await copy();
    const deviceId = await withoutKey(folder);
    await expect(verifyFolder(folder, null)).rejects.toMatchObject({
      ...{ file: 'manifest.json', message: 'A certificate is of no record' },
    });
    await rm(join(folder, 'certificates', `${deviceId}.pem`));
    await edited(folder, (text) =>
      text.replace(new RegExp(`\\{"path":"certificates/${deviceId}[^}]*\\},\\n`), ''),
    );
    expect(await verifyFolder(folder, null)).toMatchObject({ units: units.length });
  });

  it('a record whose text was altered, even under a manifest that the station itself signed', async () => {
    const folder = await copy();
    const path = join(folder, at('records'));
    await writeFile(path, (await readFile(path, 'utf8')).replace('"operator": "114"', '"operator": "115"'));
    const { station: certificate, issuerCertificate, stationSigner } = station.authority;
    await resign(folder, [certificate, issuerCertificate], stationSigner);
    await expect(verifyFolder(folder, null)).rejects.toMatchObject({ file: at('records') });
  });
});
