import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CC, NV, RH } from '#drivers/protocols/tpm2/constants.ts';
import { TpmClient } from '#drivers/protocols/tpm2/client.ts';
import { nvDefine, nvWrite } from '#drivers/protocols/tpm2/nv.ts';
import { sign } from '#drivers/protocols/tpm2/objects.ts';
import { openAuthority, type TestAuthority } from '#drivers/targets/identity-rig.test-support.ts';
import { openTpm, startSwtpm, type Swtpm } from '#drivers/targets/tpm2/swtpm.test-support.ts';
import { openTcp } from '#drivers/transports/tcp.ts';

const run = promisify(execFile);
let authority: TestAuthority;
let folder: string;
let tpm: Swtpm;
beforeAll(() => {
  authority = openAuthority();
  folder = mkdtempSync(join(tmpdir(), 'rootline-tpm2-'));
});
afterAll(() => {
  authority.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  tpm = await startSwtpm();
});
afterEach(() => tpm.end());

const at = (name: string): string => join(folder, name);
/** One of tpm2-tools on the same TPM; the driver's connection must be closed. */
async function tool(name: string, ...args: string[]): Promise<string> {
  const tcti = `swtpm:host=127.0.0.1,port=${tpm.port}`;
  const { stdout } = await run(`tpm2_${name}`, ['-T', tcti, ...args], { cwd: folder });
  return stdout;
}

/** Our client by itself, for what no operation does. */
async function withClient<T>(work: (client: TpmClient) => Promise<T>): Promise<T> {
  const line = await openTcp(`tcp://127.0.0.1:${tpm.port}`, 9600);
  const client = new TpmClient(line);
  try {
    return await work(client);
  } finally {
    client.close();
    await line.close();
  }
}

const HANDLE = '0x81000100';
const LOCK = { disableInitialize: true, lockBoot: true };

describe('tpm2-tools on the TPM that this station made a device of', () => {
  it('read the same key, certificates and configuration, and take its signatures and secret', async () => {
    const rig = await openTpm(tpm.port);
    const { chipUid } = await rig.run('identify', { target: 'tpm2' });
    const { deviceId, helperDataHash } = await rig.run('enrol', {});
    const { csr } = await rig.run('csr', { subjectSerial: '7' });
    const chain = authority.issue(csr);
    await rig.run('inject', { chain, configuration: { broker: 'mqtt.test' } });
    const secret = randomBytes(32);
    await rig.run('set-user-key', { slot: 'SECRET', key: Uint8Array.from(secret) });
    const { publicKey } = await rig.run('prove', { challenge: randomBytes(32) });
    await rig.close();

    expect(await tool('readpublic', '-c', HANDLE, '-f', 'der', '-o', at('key.der'))).toMatch(
      `name: 000b${helperDataHash}`,
    );
    expect(readFileSync(at('key.der'))).toEqual(Buffer.from(publicKey));
    expect(createHash('sha256').update(publicKey).digest('hex')).toBe(deviceId);
    await tool('nvread', '0x1800100', '-o', at('leaf'));
    await tool('nvread', '0x1800101', '-o', at('issuer'));
    expect([readFileSync(at('leaf')), readFileSync(at('issuer'))]).toEqual(
      chain.map((one) => Buffer.from(one)),
    );
    expect(await tool('nvread', '0x1800110')).toBe('broker=mqtt.test\n');
    await tool('unseal', '-c', '0x81000101', '-o', at('secret'));
    expect(readFileSync(at('secret'))).toEqual(secret);
    // The tools' own endorsement key of that kind is the one that this station names the TPM by.
    await tool('createek', '-G', 'ecc', '-c', at('ek.ctx'), '-u', at('ek.pub'));
    expect(
      createHash('sha256')
        .update(readFileSync(at('ek.pub')).subarray(2))
        .digest('hex'),
    ).toBe(chipUid);
  }, 20_000);

  it('verify what the key signs, and have it certify itself', async () => {
    const rig = await openTpm(tpm.port);
    await rig.run('enrol', {});
    await rig.close();
    const message = randomBytes(50);
    const digest = createHash('sha256').update(message).digest();
    const { r, s } = await withClient((client) => sign(client, Number(HANDLE), digest));
    // TPMT_SIGNATURE: ECDSA, SHA-256, r, s.
    writeFileSync(at('message'), message);
    writeFileSync(at('signature'), Buffer.concat([Buffer.from('0018000b', 'hex'), two(r), two(s)]));
    await tool('verifysignature', '-c', HANDLE, '-g', 'sha256', '-m', at('message'), '-s', at('signature'));
    writeFileSync(at('message'), randomBytes(50));
    await expect(
      tool('verifysignature', '-c', HANDLE, '-g', 'sha256', '-m', at('message'), '-s', at('signature')),
    ).rejects.toThrow();
    await tool(
      'certify',
      '-c',
      HANDLE,
      '-C',
      HANDLE,
      '-g',
      'sha256',
      '-o',
      at('attest'),
      '-s',
      at('signature'),
    );
    await tool('verifysignature', '-c', HANDLE, '-g', 'sha256', '-m', at('attest'), '-s', at('signature'));
  }, 20_000);

  it('cannot write, remove or own what is locked', async () => {
    const rig = await openTpm(tpm.port);
    await rig.run('enrol', {});
    const chain = authority.issue((await rig.run('csr', { subjectSerial: '7' })).csr);
    await rig.run('inject', { chain, configuration: {} });
    await rig.run('lock', LOCK);
    await rig.close();
    expect(await tool('getcap', 'properties-variable')).toMatch(/ownerAuthSet: +1[^]*lockoutAuthSet: +1/);
    expect(await tool('nvreadpublic', '0x1800100')).toMatch(/writelocked/);
    writeFileSync(at('other'), chain[1]!);
    for (const [name, ...args] of [
      ['nvwrite', '0x1800100', '-C', 'o', '-i', at('other')],
      ['nvundefine', '0x1800100', '-C', 'o'],
      ['evictcontrol', '-C', 'o', '-c', HANDLE],
      ['clear', '-c', 'l'],
    ] as const)
      await expect(tool(name, ...args)).rejects.toThrow();
    await tool('nvread', '0x1800100', '-o', at('leaf'));
    expect(readFileSync(at('leaf'))).toEqual(Buffer.from(chain[0]!));
  }, 20_000);
});

describe('what a TPM refuses, by its response code', () => {
  const ATTRIBUTES = NV.ownerWrite | NV.writeDefine | NV.authRead;

  it('names a wrong authorization, the lockout after it, and an owner that somebody else has set', async () => {
    await tool('startup', '-c');
    await tool('changeauth', '-c', 'lockout', 'guess');
    await tool('changeauth', '-c', 'owner', 'somebody');
    await withClient(async (client) => {
      await expect(
        nvDefine(client, 0x01800120, { attributes: ATTRIBUTES, bytes: 4 }, Buffer.from('wrong')),
      ).rejects.toMatchObject({ code: 'protected', context: { rc: '0x9a2' } });
      const reset = {
        code: CC.dictionaryAttackLockReset,
        handles: [RH.lockout],
        passwords: [Buffer.from('no')],
      };
      await expect(client.run(reset)).rejects.toMatchObject({ code: 'protected', context: { rc: '0x98e' } });
      await expect(client.run(reset)).rejects.toMatchObject({ code: 'protected', context: { rc: '0x921' } });
    });
    const rig = await openTpm(tpm.port);
    await expect(rig.run('enrol', {})).rejects.toMatchObject({ code: 'protected', chip: 'untouched' });
    await rig.close();
  }, 20_000);

  it('names a locked index and a command that it does not have, and is started up where nobody did', async () => {
    await withClient(async (client) => {
      await nvDefine(client, 0x01800120, { attributes: ATTRIBUTES, bytes: 4 });
      await nvWrite(client, 0x01800120, Uint8Array.of(1, 2, 3, 4), 0);
    });
    await tool('nvwritelock', '0x1800120', '-C', 'o');
    await withClient(async (client) => {
      await expect(nvWrite(client, 0x01800120, new Uint8Array(4), 0)).rejects.toMatchObject({
        code: 'locked',
        context: { rc: '0x148' },
      });
      await expect(client.run({ code: 0x1ff })).rejects.toMatchObject({
        code: 'unsupported',
        context: { rc: '0x143' },
      });
    });
  }, 20_000);
});

function two(bytes: Uint8Array): Buffer {
  const size = Buffer.alloc(2);
  size.writeUInt16BE(bytes.length);
  return Buffer.concat([size, bytes]);
}
