import { execFile } from 'node:child_process';
import { createHash, createPublicKey, generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openBench, type Bench } from '#drivers/virtual/bench.ts';
import { openBenchControl, type BenchControl } from '#drivers/virtual/control-client.ts';

let bench: Bench;
let control: BenchControl;
beforeAll(async () => {
  bench = await openBench({ target: 'atecc608', sites: 1, speed: 'max' });
  control = await openBenchControl(bench.sites[0]!.control);
});
afterAll(async () => {
  await control.close();
  await bench.close();
});
beforeEach(async () => {
  await control.remove();
  await control.insert();
});

interface Said {
  device: string;
  next: string;
  select: string;
  asleep: string;
  wake: string;
  answers: string[];
  idle: string;
}

/** A run of a host that shares no line with this project. */
async function host(...commands: string[]): Promise<Said> {
  const script = join(import.meta.dirname, 'atecc_kit_host.py');
  const { stdout } = await promisify(execFile)('python3', [script, bench.sites[0]!.port, ...commands]);
  return JSON.parse(stdout) as Said;
}

const CONFIG = ['2,80,0', '2,80,8', '2,80,10', '2,80,18'];
const LOCK_CONFIG = '17,80,0';
const LOCK_DATA = '17,81,0';

describe('a Python host on a simulated ATECC608', () => {
  it('finds it, wakes it, and reads the zone that new parts have', async () => {
    const { uid } = await control.status();
    const said = await host('30,0,0', ...CONFIG);
    expect(said).toMatchObject({
      device: 'ECC608 TWI 00(C0)',
      next: 'C5()',
      select: '00()',
      asleep: 'kit E7',
    });
    expect(said.wake).toBe('00(04113343)');
    const [revision, ...zone] = said.answers;
    expect(revision).toBe('00006003');
    const text = zone.join('');
    expect(text.slice(0, 8) + text.slice(16, 26)).toBe(uid);
    // SlotConfig and KeyConfig of several real parts, as their owners published them.
    expect(text.slice(40, 104)).toBe(`832087208f20c48f8f8f8f8f9f8faf8f${'00'.repeat(14)}af8f`);
    expect(text.slice(192)).toBe(`${'3300'.repeat(3)}${'1c00'.repeat(5)}${'3c00'.repeat(7)}1c00`);
  });

  it('gives no random numbers and no keys before its rules are locked, both after it', async () => {
    const { answers } = await host(
      '1b,0,0',
      '40,4,0',
      LOCK_CONFIG,
      LOCK_CONFIG,
      '1b,0,0',
      '40,4,0',
      '40,0,0',
    );
    expect(answers.slice(0, 4)).toEqual(['ffff0000'.repeat(8), '0f', '00', '0f']);
    expect(answers[4]).not.toBe('ffff0000'.repeat(8));
    expect(answers[5]).toHaveLength(128);
    expect(answers[6]).toBe(answers[5]);
  });

  it('signs with the key that it made, once the data zone is locked', async () => {
    const message = randomBytes(40);
    const digest = createHash('sha256').update(message).digest('hex');
    const { answers } = await host(
      ...[LOCK_CONFIG, '40,4,0', `16,43,0,${digest}`, '41,a0,0', LOCK_DATA],
      ...[`16,43,0,${digest}`, '41,a0,0', '41,a0,0'],
    );
    expect(answers[3]).toBe('0f');
    const point = Buffer.from(answers[1] ?? '', 'hex');
    const [x, y] = [point.subarray(0, 32), point.subarray(32)].map((part) => part.toString('base64url'));
    const key = createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' } });
    const signature = Buffer.from(answers[6] ?? '', 'hex');
    expect(verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true);
    // The digest is spent.
    expect(answers[7]).toBe('0f');
  });

  it('verifies with a key from outside, and spends the digest', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
    const message = randomBytes(40);
    const digest = createHash('sha256').update(message).digest('hex');
    const signature = sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' });
    const point = Buffer.concat([Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]).toString('hex');
    const fits = `45,2,4,${signature.toString('hex')}${point}`;
    const other = `45,2,4,${signature.toString('hex')}${'01'.repeat(64)}`;
    const { answers } = await host(
      ...[LOCK_CONFIG, `16,3,0,${digest}`, fits, fits],
      ...[`16,3,0,${'00'.repeat(32)}`, fits, `16,3,0,${digest}`, other],
      ...[`16,43,0,${digest}`, fits.replace('45,2', '45,22'), '45,0,4'],
    );
    expect(answers).toEqual(['00', '00', '00', '0f', '00', '01', '00', '01', '00', '00', '03']);
  });

  it('keeps its zones: no data before CONFIG, whole blocks before DATA, locks with the checksum or not at all', async () => {
    const block = 'ab'.repeat(32);
    const { answers } = await host(
      ...[`12,82,40,${block}`, '17,0,1234', LOCK_CONFIG, `12,82,40,${block}`, '12,2,40,01020304', '2,82,40'],
      ...[LOCK_DATA, '2,82,40', '12,2,40,01020304', '2,2,40', '16,0,0,00', '99,0,0', '24,1,0', '24,0,0'],
    );
    expect(answers).toEqual([
      ...['0f', '0f', '00', '00', '0f', '0f'],
      ...['00', block, '00', '01020304', '03', '03', '01000000', '01000000'],
    ]);
  });
});
