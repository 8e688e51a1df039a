import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningChip } from '#drivers/virtual/network/chip.ts';
import { Group } from '#drivers/virtual/network/tls/constants.ts';
import { TrustedRoots } from '#drivers/virtual/network/tls/trusted-roots.ts';
import { identityOf, open, openLine, talk } from './device-tls-line.test-support.ts';
import {
  Bench,
  caExtensions,
  freePort,
  makeCertificate,
  makeDeviceAuthority,
  makeServerPki,
  provisionedChip,
  read,
  type Wanted,
} from './device-tls.test-support.ts';

const bench = new Bench();
let chip: RunningChip;
let roots: TrustedRoots;
/** Asks for a certificate, reverses each line. */
let echo: number;

const SAN = 'subjectAltName=DNS:broker.test,IP:127.0.0.1';
const base = ['-CAfile', 'devices.pem', '-verify_return_error', '-tls1_3', '-rev'];

/** Lets OpenSSL show weak certificates too. */
const lax = {
  OPENSSL_CONF: bench.file(
    'lax.cnf',
    'openssl_conf=a\n[a]\nssl_conf=b\n[b]\nsystem_default=c\n[c]\nCipherString=DEFAULT:@SECLEVEL=0\n',
  ),
};

async function serve(certificate: string, args: string[] = ['-Verify', '3', ...base]) {
  const port = await freePort();
  const files = [
    '-cert',
    `${certificate}.pem`,
    '-key',
    `${certificate}.key`,
    '-cert_chain',
    `${certificate}.pem`,
  ];
  const server = await bench.serve(
    'openssl',
    ['s_server', '-accept', `127.0.0.1:${port}`, ...files, ...args],
    port,
    lax,
  );
  return { port, ...server };
}

/** What a device finds at a server that shows this certificate. */
async function meet(wanted: Wanted, more: Parameters<typeof attempt>[1] = {}) {
  makeCertificate(bench, wanted);
  const { port } = await serve(wanted.name);
  return attempt(port, more);
}

const attempt = (port: number, more: Partial<Parameters<typeof open>[0]> = {}) =>
  talk(open({ port, roots, identity: identityOf(chip), ...more }), 'lock\n');

beforeAll(async () => {
  makeServerPki(bench);
  chip = await provisionedChip(await makeDeviceAuthority(bench));
  roots = new TrustedRoots(read(bench, 'root.pem'));
  echo = (await serve('broker')).port;
});
afterAll(() => bench.stop());

describe('TLS of the virtual device at openssl s_server', () => {
  it('shows the injected certificate and proves it by the chip', async () => {
    const { port, output } = await serve('broker', [
      '-Verify',
      '3',
      ...base.filter((word) => word !== '-rev'),
    ]);
    const stream = open({ port, roots, identity: identityOf(chip) });
    stream.write('from the device\n');
    await expect.poll(() => output()).toContain('from the device');
    expect(output()).toContain(`subject=O = Fixture House, CN = TH4-${chip.deviceId.slice(0, 32)}`);
    expect(output()).toMatch(/Peer signature type: ECDSA/);
    expect(output()).not.toMatch(/verify error/);
    stream.destroy();
  });

  it.each([
    ['P-256', ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256']],
    ['P-384', ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384']],
    ['RSA', ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048']],
    ['Ed25519', ['-algorithm', 'ED25519']],
  ])('takes a server with a key of kind %s', async (kind, key) => {
    expect(await meet({ name: `key-${kind}`, issuer: 'root', key })).toEqual({ said: 'kcol\n' });
  });

  it.each([
    ['SHA256', 'TLS_AES_128_GCM_SHA256'],
    ['SHA384', 'TLS_AES_256_GCM_SHA384'],
  ])('speaks %s suites', async (_hash, suite) => {
    const { port } = await serve('broker', ['-Verify', '3', ...base, '-ciphersuites', suite]);
    expect(await attempt(port)).toEqual({ said: 'kcol\n' });
  });

  it('says hello again where the server wants another group', async () => {
    const { port } = await serve('broker', ['-Verify', '3', ...base, '-groups', 'P-256']);
    expect(await attempt(port)).toEqual({ said: 'kcol\n' });
    expect(await attempt(port, { groups: [Group.x25519] })).toEqual({
      code: 'alert',
      alert: 'handshake_failure',
    });
    expect(await attempt(echo, { groups: [Group.secp256r1] })).toEqual({ said: 'kcol\n' });
  });

  it('agrees on an application protocol', async () => {
    const { port } = await serve('broker', ['-Verify', '3', ...base, '-alpn', 'mqtt']);
    const stream = open({ port, roots, identity: identityOf(chip), applicationProtocols: ['other', 'mqtt'] });
    expect(await talk(stream, 'x\n')).toEqual({ said: 'x\n' });
    expect(stream.applicationProtocol).toBe('mqtt');
  });

  it('follows the server to new keys, gives its own, and knows a cut line from an end', async () => {
    const { port, child, output } = await serve('broker', [
      '-Verify',
      '3',
      ...base.filter((word) => word !== '-rev'),
    ]);
    // Every third record renews the key of the device as well.
    const stream = open({ port, roots, identity: identityOf(chip), recordsPerKey: 3 });
    let said = '';
    stream.on('data', (bytes: Buffer) => (said += bytes.toString()));
    for (let round = 0; round < 4; round += 1) {
      stream.write(`device ${round}\n`);
      await expect.poll(() => output()).toContain(`device ${round}`);
      // s_server: K at the beginning of what it reads = KeyUpdate that asks for one in return; it says when it is sent.
      child.stdin.write('K\n');
      await expect.poll(() => output().match(/SSL_do_handshake -> 1/g)?.length).toBe(round + 1);
      child.stdin.write(`server ${round}\n`);
      await expect.poll(() => said).toContain(`server ${round}`);
    }
    for (let more = 0; more < 10; more += 1) stream.write(`more ${more}\n`);
    await expect.poll(() => output()).toContain('more 9');
    // q = s_server ends the line without close_notify.
    const failed = once(stream, 'error');
    stream.on('error', () => undefined);
    child.stdin.write('q\n');
    expect(await failed).toMatchObject([{ code: 'truncated' }]);
  });
});

describe('the end of a connection', () => {
  it('is close_notify, whoever begins', async () => {
    const stream = open({ port: echo, roots, identity: identityOf(chip) });
    // s_server -rev closes in good order on this line.
    const [ended, closed] = [once(stream, 'end'), once(stream, 'close')];
    stream.resume().write('CLOSE\n');
    await Promise.all([ended, closed]);
    expect(stream.errored).toBeNull();
  });
});

describe('a server that the device must not talk to', () => {
  it('has a certificate of another root', async () => {
    makeCertificate(bench, { name: 'root2', extensions: caExtensions });
    expect(await meet({ name: 'foreign', issuer: 'root2' })).toEqual({
      code: 'certificate-untrusted',
      alert: 'unknown_ca',
    });
  });

  it('has a certificate for another name', async () => {
    expect(await attempt(echo, { host: 'other.test' })).toEqual({
      code: 'host-mismatch',
      alert: 'bad_certificate',
    });
    expect(await attempt(echo, { host: '127.0.0.2' })).toEqual({
      code: 'host-mismatch',
      alert: 'bad_certificate',
    });
    expect(await attempt(echo, { host: '127.0.0.1' })).toEqual({ said: 'kcol\n' });
  });

  it('names itself in the common name only', async () => {
    expect(
      await meet({ name: 'broker.test', issuer: 'root', extensions: 'extendedKeyUsage=serverAuth' }),
    ).toMatchObject({ code: 'host-mismatch' });
  });

  it.each([
    ['is over', 40],
    ['has not begun', -40],
  ])('has a certificate that %s', async (_what, days) => {
    const now = new Date(Date.now() + days * 86_400_000);
    const authenticate = (chain: readonly Uint8Array[], host: string) => roots.authenticate(chain, host, now);
    expect(await attempt(echo, { authenticate })).toEqual({
      code: 'certificate-time',
      alert: 'certificate_expired',
    });
  });

  it.each<[string, string, Partial<Wanted>]>([
    ['is for clients', 'certificate-purpose', { extensions: `extendedKeyUsage=clientAuth\n${SAN}` }],
    ['may not sign', 'certificate-purpose', { extensions: `keyUsage=keyEncipherment\n${SAN}` }],
    [
      'has a weak key',
      'certificate-malformed',
      { key: ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:1024'] },
    ],
    [
      'has a critical extension that nobody knows',
      'certificate-malformed',
      { extensions: `1.2.3.4=critical,DER:0500\n${SAN}` },
    ],
  ])('has a certificate that %s', async (what, code, wanted) => {
    const name = what.replaceAll(/[^a-z0-9]/gi, '-');
    const outcome = await meet({ name, issuer: 'root', ...wanted });
    expect(outcome).toMatchObject({ code });
  });

  it('has a certificate that is signed with SHA-1', () => {
    makeCertificate(bench, { name: 'sha1', issuer: 'root', options: ['-days', '30', '-sha1'] });
    const { raw } = new X509Certificate(read(bench, 'sha1.pem'));
    expect(() => roots.authenticate([raw], 'broker.test')).toThrow(
      expect.objectContaining({ code: 'certificate-malformed' }),
    );
  });

  it('has a certificate that was issued by one that is no authority', async () => {
    makeCertificate(bench, { name: 'plain', issuer: 'root' });
    makeCertificate(bench, { name: 'below-plain', issuer: 'plain' });
    expect(await withChain('below-plain', ['plain'])).toMatchObject({ code: 'certificate-malformed' });
  });

  it('has a path longer than its authority allows', async () => {
    const ca = (length: number) =>
      `basicConstraints=critical,CA:TRUE,pathlen:${length}\nkeyUsage=critical,keyCertSign`;
    makeCertificate(bench, { name: 'ca1', issuer: 'root', extensions: ca(1) });
    makeCertificate(bench, { name: 'ca0', issuer: 'ca1', extensions: ca(0) });
    makeCertificate(bench, { name: 'ca-too-many', issuer: 'ca0', extensions: ca(0) });
    makeCertificate(bench, { name: 'below-ca0', issuer: 'ca0' });
    makeCertificate(bench, { name: 'below-too-many', issuer: 'ca-too-many' });
    expect(await withChain('below-ca0', ['ca0', 'ca1'])).toEqual({ said: 'kcol\n' });
    expect(await withChain('below-too-many', ['ca-too-many', 'ca0', 'ca1'])).toMatchObject({
      code: 'certificate-malformed',
    });
  });

  it('does not hold the key of its certificate', async () => {
    makeCertificate(bench, { name: 'decoy', issuer: 'root' });
    const { publicKey } = new X509Certificate(read(bench, 'decoy.pem'));
    const authenticate = () => ({ publicKey });
    expect(await attempt(echo, { authenticate })).toEqual({
      code: 'server-signature',
      alert: 'decrypt_error',
    });
  });

  it('does not ask for a certificate', async () => {
    const { port } = await serve('broker', ['-tls1_3', '-rev']);
    expect(await attempt(port)).toEqual({ code: 'no-client-authentication', alert: 'handshake_failure' });
    expect(await attempt(port, { identity: null })).toEqual({ said: 'kcol\n' });
  });

  it('does not speak TLS 1.3', async () => {
    const { port } = await serve('broker', ['-Verify', '3', '-tls1_2', '-rev']);
    expect(await attempt(port)).toEqual({ code: 'alert', alert: 'protocol_version' });
  });

  it('does not speak TLS at all', async () => {
    const line = await openLine(echo, () => ({
      toClient: () => [Buffer.from('HTTP/1.1 400\r\n')],
      toServer: (bytes) => [bytes],
    }));
    expect(await attempt(line.port)).toMatchObject({ code: 'unexpected' });
    await line.close();
  });
});

/** Serves `name` with the certificates above it. */
async function withChain(name: string, above: string[]) {
  bench.file(`${name}-chain.pem`, above.map((one) => read(bench, `${one}.pem`)).join(''));
  const port = await freePort();
  const args = [
    '-cert',
    `${name}.pem`,
    '-key',
    `${name}.key`,
    '-cert_chain',
    `${name}-chain.pem`,
    '-Verify',
    '3',
    ...base,
  ];
  await bench.serve('openssl', ['s_server', '-accept', `127.0.0.1:${port}`, ...args], port);
  return attempt(port);
}

describe('a chip that fails', () => {
  it('signs something else: the server says so', async () => {
    const identity = {
      chain: chip.chain,
      sign: (content: Uint8Array) =>
        chip.signHandshake(Buffer.concat([content.subarray(0, -1), Buffer.of(content.at(-1)! ^ 1)])),
    };
    expect(await attempt(echo, { identity })).toEqual({ code: 'alert', alert: 'decrypt_error' });
  });

  it('does not answer: the server is told that it is ours', async () => {
    const identity = { chain: chip.chain, sign: () => Promise.reject(new Error('no power')) };
    expect(await attempt(echo, { identity })).toEqual({ code: 'chip-signature', alert: 'internal_error' });
  });

  it('never comes back: the handshake ends in time', async () => {
    const identity = { chain: chip.chain, sign: () => new Promise<never>(() => undefined) };
    expect(await attempt(echo, { identity, handshakeTimeoutMs: 200 })).toEqual({
      code: 'handshake-timeout',
      alert: null,
    });
  });

  it('signs handshakes only', async () => {
    const refused = { code: 'bad-argument' };
    await expect(chip.signHandshake(Buffer.from('rootline/challenge/1\0challenge'))).rejects.toMatchObject(
      refused,
    );
    await expect(chip.signHandshake(Buffer.alloc(130, ' '))).rejects.toMatchObject(refused);
  });
});

describe('a bad line', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 12 });

  function pieces(bytes: Buffer, lengths: readonly number[]): Buffer[] {
    const list: Buffer[] = [];
    for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
      const end = at + lengths[turn % lengths.length]!;
      list.push(bytes.subarray(at, end));
      at = end;
    }
    return list;
  }

  it('cuts the bytes anywhere, both ways: nothing changes', async () => {
    let lengths: readonly number[] = [1];
    const line = await openLine(echo, () => {
      const treat = (bytes: Buffer) => pieces(bytes, lengths);
      return { toClient: treat, toServer: treat };
    });
    expect(await attempt(line.port)).toEqual({ said: 'kcol\n' });
    await fc.assert(
      fc.asyncProperty(sizes, async (given) => {
        lengths = given;
        expect(await attempt(line.port)).toEqual({ said: 'kcol\n' });
      }),
      { numRuns: 40 },
    );
    await line.close();
  });

  it('changes a byte of the server: a named error, never another answer, never a hang', async () => {
    let at = 0;
    const line = await openLine(echo, () => {
      let seen = 0;
      const toClient = (bytes: Buffer) => {
        const place = at - seen;
        seen += bytes.length;
        if (place >= 0 && place < bytes.length) bytes[place] = bytes[place]! ^ 0x40;
        return [bytes];
      };
      return { toClient, toServer: (bytes) => [bytes] };
    });
    const codes = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.nat(1200), async (place) => {
        at = place;
        const outcome = await attempt(line.port, { handshakeTimeoutMs: 300 });
        if ('said' in outcome) expect(outcome.said).toBe('kcol\n');
        else codes.add(outcome.code);
      }),
      { numRuns: 60 },
    );
    expect(codes).toContain('bad-record');
    await line.close();
  });
});
