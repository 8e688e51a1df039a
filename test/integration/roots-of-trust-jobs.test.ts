import { randomBytes, X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobTools } from '#drivers/artefacts/job-tools.ts';
import type { OperationInput, OperationName, OperationOutput } from '#drivers/core/operations.ts';
import { openTpm, startSwtpm } from '#drivers/targets/tpm2/swtpm.test-support.ts';
import { openRig } from '#drivers/targets/target-rig.test-support.ts';
import { loadJobFolder } from '#services/jobs/load-job.ts';
import { createIssuer } from '#services/pki/issuer.ts';
import { newAuthority, type FixtureAuthority } from '#services/pki/pki-fixtures.ts';
import { hardwareTypeOf } from '#services/pki/profile.ts';
import { verifyProof } from '#services/pki/proof.ts';

type Phase = Record<string, unknown> & { operation: string };
const phase = (id: string, operation: string, more: object = {}): Phase => ({
  ...{ id, title: id, operation, timeout: 60 },
  ...more,
});
const move = (to: string): Phase =>
  phase(to.toLowerCase().replace('_', '-'), 'move-lifecycle', { params: { to }, irreversible: true });
const END: readonly Phase[] = [
  ...[phase('csr', 'csr'), phase('issue', 'issue'), phase('inject', 'inject'), phase('prove', 'prove')],
  phase('lock', 'lock', { irreversible: true, params: { disableInitialize: true, lockBoot: true } }),
  phase('read-back', 'read-state'),
];
const PHASES: Readonly<Record<string, readonly Phase[]>> = {
  atecc608: [
    ...[phase('identify', 'identify'), move('CONFIG_LOCKED'), phase('enrol', 'enrol'), move('DATA_LOCKED')],
    ...END,
  ],
  tpm2: [phase('identify', 'identify'), phase('initialize', 'initialize'), phase('enrol', 'enrol'), ...END],
};

let root: string;
let authority: FixtureAuthority;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'rootline-identity-jobs-'));
  authority = await newAuthority();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

let made = 0;
function load(target: string, phases: readonly Phase[]) {
  const folder = join(root, String((made += 1)));
  const job = {
    ...{ format: 'rootline-job/2', id: 'ID1', name: 'Identity', revision: 1, target, rootOfTrust: target },
    ...{ allowance: 10, artefacts: {}, certificate: { organization: 'F', commonNamePrefix: 'T' }, phases },
  };
  mkdirSync(folder);
  writeFileSync(join(folder, 'job.json'), JSON.stringify(job));
  return loadJobFolder(folder, jobTools);
}

type Run = <K extends OperationName>(operation: K, input: OperationInput<K>) => Promise<OperationOutput<K>>;

/** From the key on, with the authority of a station and its checks. */
async function become(target: string, chipUid: string, deviceId: string, run: Run): Promise<void> {
  const serial = deviceId.slice(0, 32);
  const { csr } = await run('csr', { subjectSerial: serial });
  const issuer = await createIssuer({ signer: authority.issuingSigner, certificate: authority.issuing });
  const profile = { organization: 'F', commonNamePrefix: 'T', hardwareType: hardwareTypeOf(target) };
  const leaf = await issuer.issue({ csr, deviceId, chipUid, serial, profile });
  const configuration = { region: 'eu' };
  await run('inject', { chain: [leaf.der, Uint8Array.from(authority.issuing)], configuration });
  const challenge = Uint8Array.from(randomBytes(32));
  const proof = await run('prove', { challenge });
  const trusted = {
    root: new X509Certificate(authority.root),
    issuing: new X509Certificate(authority.issuing),
  };
  verifyProof({ ...proof, challenge, deviceId, fingerprint: leaf.fingerprint }, trusted);
  await run('lock', { disableInitialize: true, lockBoot: true });
  expect(await run('read-state', {})).toMatchObject({
    ...{ chipUid, deviceId, locked: true, enrolled: true, certificateFingerprint: leaf.fingerprint },
  });
}

describe('jobs for roots of trust that are reached directly', () => {
  it.each(Object.keys(PHASES))('%s: a job in the order of the chip is taken', async (target) => {
    const job = await load(target, PHASES[target]!);
    expect(job.image).toBeNull();
  });

  it('an irreversible step that does not say so, or that need not come first, is refused', async () => {
    const quiet = PHASES['atecc608']!.map((one) => ({ ...one, irreversible: false }));
    await expect(load('atecc608', quiet)).rejects.toMatchObject({
      view: { code: 'job-order', details: { field: 'phases.1.irreversible' } },
    });
    const [identify, ...rest] = PHASES['tpm2']!;
    const lock = rest.find(({ operation }) => operation === 'lock')!;
    await expect(
      load('tpm2', [identify!, lock, ...rest.filter((one) => one !== lock)]),
    ).rejects.toMatchObject({
      view: { code: 'job-order', details: { field: 'phases.1.irreversible' } },
    });
  });

  it('an ATECC608 is issued a certificate by a station and proves it', async () => {
    const rig = await openRig('atecc608');
    try {
      const { chipUid } = await rig.run('identify', { target: 'atecc608' });
      await rig.run('move-lifecycle', { to: 'CONFIG_LOCKED' });
      const { deviceId } = await rig.run('enrol', {});
      await rig.run('move-lifecycle', { to: 'DATA_LOCKED' });
      await become('atecc608', chipUid, deviceId, (operation, input) => rig.run(operation, input));
    } finally {
      await rig.close();
    }
  });

  it('a TPM is issued a certificate by a station and proves it', async () => {
    const tpm = await startSwtpm();
    const rig = await openTpm(tpm.port);
    try {
      const { chipUid } = await rig.run('identify', { target: 'tpm2' });
      const { deviceId } = await rig.run('enrol', {});
      await become('tpm2', chipUid, deviceId, (operation, input) => rig.run(operation, input));
    } finally {
      await rig.close();
      await tpm.end();
    }
  });
});
