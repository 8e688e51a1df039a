import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningChip } from '#drivers/virtual/network/chip.ts';
import { Group } from '#drivers/virtual/network/tls/constants.ts';
import { TrustedRoots } from '#drivers/virtual/network/tls/trusted-roots.ts';
import { identityOf, open, talk } from './device-tls-line.test-support.ts';
import {
  Bench,
  freePort,
  makeDeviceAuthority,
  makeServerPki,
  provisionedChip,
  read,
} from './device-tls.test-support.ts';

const bench = new Bench();
let chip: RunningChip;
let roots: TrustedRoots;

beforeAll(async () => {
  makeServerPki(bench);
  chip = await provisionedChip(await makeDeviceAuthority(bench));
  roots = new TrustedRoots(read(bench, 'root.pem'));
});
afterAll(() => bench.stop());

/** gnutls-serv demands a certificate of `devices.pem` and echoes. */
async function serve(priority: string, trusted = 'devices.pem') {
  const port = await freePort();
  const files = ['--x509certfile', 'broker.pem', '--x509keyfile', 'broker.key', '--x509cafile', trusted];
  const options = ['--echo', '-p', String(port), '--require-client-cert', '--verify-client-cert'];
  const version = `NORMAL:-VERS-ALL:+VERS-TLS1.3${priority}`;
  const server = await bench.serve('gnutls-serv', [...options, ...files, '--priority', version], port);
  return { port, ...server };
}

const attempt = (port: number, more: Partial<Parameters<typeof open>[0]> = {}) =>
  talk(open({ port, roots, identity: identityOf(chip), ...more }), 'lock\n');

describe('TLS of the virtual device at gnutls-serv', () => {
  it.each([
    ['X25519', '', [Group.x25519, Group.secp256r1]],
    ['P-256', '', [Group.secp256r1]],
    ['P-256 after a HelloRetryRequest', ':-GROUP-ALL:+GROUP-SECP256R1', [Group.x25519, Group.secp256r1]],
    ['X25519 after a HelloRetryRequest', ':-GROUP-ALL:+GROUP-X25519', [Group.secp256r1, Group.x25519]],
  ] as const)('agrees by %s', async (_name, priority, groups) => {
    const { port, output } = await serve(priority);
    expect(await attempt(port, { groups: [...groups] })).toEqual({ said: 'lock\n' });
    await expect.poll(() => output()).toContain(`TH4-${chip.deviceId.slice(0, 32)}`);
  });

  it.each(['AES-128-GCM', 'AES-256-GCM'])('encrypts with %s', async (cipher) => {
    const { port } = await serve(`:-CIPHER-ALL:+${cipher}`);
    expect(await attempt(port)).toEqual({ said: 'lock\n' });
  });

  it('has nothing in common with a server that knows other ciphers only', async () => {
    const { port } = await serve(':-CIPHER-ALL:+CHACHA20-POLY1305');
    expect(await attempt(port)).toMatchObject({ code: 'alert' });
  });

  it('is refused where its authority is not known', async () => {
    const { port } = await serve('', 'root.pem');
    expect(await attempt(port)).toMatchObject({
      code: expect.stringMatching(/^(alert|truncated)$/) as string,
    });
  });

  it('is refused by a server of TLS 1.2', async () => {
    const { port } = await serve(':-VERS-ALL:+VERS-TLS1.2');
    expect(await attempt(port)).toMatchObject({ code: 'alert' });
  });
});
