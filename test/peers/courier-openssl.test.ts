import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeAll, expect, it } from 'vitest';
import {
  cloudInbox,
  collect,
  newReceiver,
  newWorld,
  keyOf,
  noisyLines,
  upward,
  withFolder,
  writeLines,
  type CourierWorld,
  type Holder,
} from '#protocol/courier/courier-fixtures.ts';
import { COURIER_FORMAT, encodePayload, sha256 } from '#protocol/courier/manifest.ts';
import { openPart } from '#protocol/courier/open.ts';

let world: CourierWorld;
beforeAll(async () => {
  world = await newWorld();
});

const run = promisify(execFile);
const openssl = (folder: string, ...args: string[]) => run('openssl', args, { cwd: folder });
const pem = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`;

/** `<name>.pem` and `<name>.key`, for a program that knows files only. */
async function lay(folder: string, name: string, { certificate, privateKey }: Holder): Promise<void> {
  await writeFile(join(folder, `${name}.pem`), pem(certificate));
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
  await writeFile(join(folder, `${name}.key`), key, { mode: 0o600 });
}

const DECRYPT = ['cms', '-decrypt', '-inform', 'DER', '-recip', 'cloud.pem', '-inkey', 'cloud.key'];
const VERIFY = ['cms', '-verify', '-inform', 'DER', '-binary', '-CAfile', 'root.pem', '-purpose', 'any'];

it('openssl cms decrypts and verifies our parts and finds the lines in them', () =>
  withFolder(async (folder) => {
    const lines = noisyLines(200);
    const { parts } = await writeLines(folder, lines, world.up, upward(world));
    expect(parts.length).toBeGreaterThan(1);
    await lay(folder, 'cloud', world.receivers.cloud);
    await writeFile(join(folder, 'root.pem'), pem(world.root.certificate));
    const found: string[] = [];
    for (const { path } of parts) {
      await openssl(folder, ...DECRYPT, '-in', path, '-out', 'signed.der');
      await openssl(folder, ...VERIFY, '-in', 'signed.der', '-out', 'payload', '-certsout', 'certs.pem');
      const payload = await readFile(join(folder, 'payload'));
      expect(payload.subarray(0, 4)).toEqual(Buffer.from('RLC\x01'));
      found.push(gunzipSync(payload.subarray(8 + payload.readUInt32BE(4))).toString());
      expect(await readFile(join(folder, 'certs.pem'), 'utf8')).toMatch(/BEGIN[\s\S]*BEGIN/);
    }
    expect(found.join('')).toBe(lines.map((line) => `${line}\n`).join(''));
  }));

it('openssl refuses our part when the signer leads to another root', () =>
  withFolder(async (folder) => {
    const { parts } = await writeLines(folder, ['a'], world.up, upward(world));
    await lay(folder, 'cloud', world.receivers.cloud);
    const other = await newWorld();
    await writeFile(join(folder, 'root.pem'), pem(other.root.certificate));
    await openssl(folder, ...DECRYPT, '-in', parts[0]!.path, '-out', 'signed.der');
    await expect(openssl(folder, ...VERIFY, '-in', 'signed.der', '-out', 'p')).rejects.toThrow(/certificate/);
  }));

/** The payload of a whole transfer, as docs/courier.md describes it. */
function payloadOf(line: string): { transferId: string; payload: Buffer } {
  const body = gzipSync(`${line}\n`);
  const transfer = { ...upward(world), transferId: randomUUID(), framing: 'lines' as const };
  const part = {
    ...{ index: 1, last: true, before: null, bodySha256: sha256(body) },
    ...{ clearBytes: Buffer.byteLength(line) + 1, lines: 1 },
  };
  const { payload } = encodePayload({ format: COURIER_FORMAT, ...transfer, part }, body);
  return { transferId: transfer.transferId, payload };
}

const SIGN = ['cms', '-sign', '-binary', '-nodetach', '-md', 'sha256', '-outform', 'DER'];
const ENCRYPT = ['cms', '-encrypt', '-binary', '-aes-256-gcm', '-outform', 'DER', '-recip', 'cloud.pem'];
const KDF = ['-keyopt', 'ecdh_kdf_md:sha256'];

async function sealByOpenssl(folder: string, payload: Buffer, by: string[]): Promise<string> {
  await lay(folder, 'cloud', world.receivers.cloud);
  await lay(folder, 'station', world.senders.station);
  await writeFile(join(folder, 'issuing.pem'), pem(world.issuing.certificate));
  await writeFile(join(folder, 'payload'), payload);
  const signer = ['-signer', 'station.pem', '-inkey', 'station.key', '-certfile', 'issuing.pem'];
  await openssl(folder, ...SIGN, ...signer, '-in', 'payload', '-out', 'signed.der');
  await openssl(folder, ...ENCRYPT, ...KDF, ...by, '-in', 'signed.der', '-out', 'sealed.rlc');
  return join(folder, 'sealed.rlc');
}

it.each([
  ['issuer and serial number', []],
  ['key identifier', ['-keyid']],
])('we open what openssl cms signed and encrypted, addressed by %s', (_, by) =>
  withFolder(async (folder) => {
    const { transferId, payload } = payloadOf('{"by":"openssl"}');
    const path = await sealByOpenssl(folder, payload, by);
    const inbox = cloudInbox(world, join(folder, 'work'));
    expect(await inbox.scan([path])).toMatchObject({ faults: [], taken: 1 });
    const opened = await inbox.open(transferId);
    expect(await collect(opened.messages())).toEqual(['{"by":"openssl"}']);
  }),
);

it('what openssl encrypted for another certificate is named so', () =>
  withFolder(async (folder) => {
    const sealed = await readFile(await sealByOpenssl(folder, payloadOf('{}').payload, []));
    const stranger = keyOf(await newReceiver('somebody', world.issuing));
    await expect(openPart(sealed, { ...world.atCloud, keys: [stranger] })).rejects.toMatchObject({
      code: 'wrong-addressee',
    });
  }));
