import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DriverError } from '#drivers/core/errors.ts';
import { parseKeyRecipient } from './key-recipient.ts';

const pair = (namedCurve = 'P-256') => generateKeyPairSync('ec', { namedCurve });
const pemOf = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();
const derOf = (key: KeyObject) => key.export({ type: 'spki', format: 'der' });
const armoured = (der: Uint8Array) =>
  `-----BEGIN PUBLIC KEY-----\n${Buffer.from(der).toString('base64')}\n-----END PUBLIC KEY-----\n`;
const openssl = (args: string[], input = '') =>
  execFileSync('openssl', args, { encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'], input });

function refusal(file: string | Uint8Array): DriverError {
  try {
    parseKeyRecipient(Buffer.from(file));
  } catch (error) {
    if (error instanceof DriverError) return error;
    throw error;
  }
  throw new Error('not refused');
}
const { privateKey, publicKey } = pair();

describe('the public key that private keys are kept for', () => {
  it('is known by the fingerprint that openssl shows', () => {
    const pem = openssl(['ecparam', '-name', 'prime256v1', '-genkey', '-noout']);
    const own = openssl(['pkey', '-pubout'], pem);
    const der = execFileSync('openssl', ['pkey', '-pubin', '-outform', 'DER'], { input: own });
    const digest = execFileSync('openssl', ['dgst', '-sha256', '-r'], { input: der, encoding: 'utf8' });
    const { spki, fingerprint } = parseKeyRecipient(Buffer.from(own));
    expect(spki).toEqual(Uint8Array.from(der));
    expect(digest.split(' ')[0]).toBe(fingerprint);
  });

  it('may have any white space around its lines', () => {
    const pem = pemOf(publicKey).replaceAll('\n', '\r\n');
    expect(parseKeyRecipient(Buffer.from(`\r\n${pem}\r\n`)).spki).toEqual(Uint8Array.from(derOf(publicKey)));
  });
});

describe('a private key in its place is refused in words of its own', () => {
  const passphrase = { cipher: 'aes-256-cbc', passphrase: 'x' };
  it.each([
    ['PKCS#8', privateKey.export({ type: 'pkcs8', format: 'pem' }), 1],
    ['SEC1', privateKey.export({ type: 'sec1', format: 'pem' }), 1],
    ['encrypted', privateKey.export({ type: 'pkcs8', format: 'pem', ...passphrase }), 1],
    [
      'behind the public one',
      pemOf(publicKey) + privateKey.export({ type: 'sec1', format: 'pem' }).toString(),
      5,
    ],
    ['behind its parameters', openssl(['ecparam', '-name', 'prime256v1', '-genkey']), 4],
  ])('%s', (_, file, line) => {
    const { code, message, context } = refusal(file.toString());
    expect({ code, context }).toEqual({
      code: 'bad-argument',
      context: { artefact: 'key-recipient', field: 'private key', line },
    });
    expect(message).toContain('A job never carries one');
    expect(message).not.toMatch(/[A-Za-z0-9+/]{40}/);
  });
});

describe('anything else is refused, naming the field', () => {
  const compressed = Buffer.concat([
    Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex'),
    Buffer.of(2 + (derOf(publicKey).at(-1)! & 1)),
    derOf(publicKey).subarray(27, 59),
  ]);
  const offCurve = Buffer.from(derOf(publicKey));
  offCurve[90]! ^= 1;
  it.each<[string, string | Uint8Array, Record<string, string | number>]>([
    ['two keys', pemOf(publicKey) + pemOf(publicKey), { field: 'block', line: 5 }],
    ['a key of P-384', pemOf(pair('P-384').publicKey), { field: 'curve' }],
    ['a key of Ed25519', pemOf(generateKeyPairSync('ed25519').publicKey), { field: 'curve' }],
    [
      'a certificate',
      '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n',
      { field: 'block', line: 1 },
    ],
    ['bytes without armour', derOf(publicKey), { field: 'block' }],
    ['nothing', '', { field: 'block' }],
    ['words beside the key', `whose?\n${pemOf(publicKey)}`, { field: 'block' }],
    ['a key that is cut off', pemOf(publicKey).slice(0, 100), { field: 'block' }],
    ['a point beside the curve', armoured(offCurve), { field: 'key' }],
    [
      'bytes behind the key',
      armoured(Buffer.concat([derOf(publicKey), Buffer.of(0)])),
      { field: 'encoding' },
    ],
    ['a compressed point', armoured(compressed), { field: 'encoding' }],
  ])('%s', (_, file, context) => {
    expect(refusal(file)).toMatchObject({
      ...{ code: 'bad-argument', chip: 'untouched' },
      context: { artefact: 'key-recipient', ...context },
    });
  });
});
