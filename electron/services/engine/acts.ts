import { randomBytes } from 'node:crypto';
import type { Measurement } from '#drivers/core/operations.ts';
import type { Recipe, RecipePhase } from '#services/recipe.ts';
import { filesOf, flag, need, sameChip, type Act, type ActContext, type ActResult } from './act.ts';
import { identify } from './act-identify.ts';
import { otherActs } from './acts-of-families.ts';
import { keepWish, keptKeyBody } from './kept-key.ts';
import { bindDevice } from './bind-device.ts';
import { checkReconstruction, identitySeen } from './quality-gate.ts';
import { RunError } from './run-error.ts';

const program: Act = async ({ job, drive }) => {
  const image = need(job.firmware, 'image');
  const { output, measurements } = await drive('program', { image });
  const rate = output.seconds > 0 ? output.bytes / output.seconds : 0;
  // Ten bits a byte on an 8N1 line: what the wire could have carried in that time.
  const share = (rate * 1000) / output.baudRate;
  const own = [
    { name: 'bytes', value: output.bytes, unit: 'B' },
    { name: 'rate', value: rate, unit: 'B/s' },
    // A link without a rate (USB, a maker's tool) has no share.
    ...(output.baudRate > 0 ? [{ name: 'wire-share', value: share, unit: '%' }] : []),
  ];
  return { body: { ...output, image }, measurements: merge(measurements, own) };
};

const verify: Act = async ({ job, drive }) => {
  const image = need(job.firmware, 'image');
  const { output, measurements } = await drive('verify', { image });
  return { body: { ...output, image }, measurements };
};

const bootCertificates: Act = async (context) => {
  const [first, second] = filesOf(context);
  const [keyCertificate, codeCertificate] = [
    need(first, 'key certificate'),
    need(second, 'code certificate'),
  ];
  const { measurements } = await context.drive('inject-boot-certificates', {
    keyCertificate,
    codeCertificate,
  });
  return { body: {}, measurements };
};

/** Whom the firmware speaks for is held against the job before a key is made or given. */
const bootApplication: Act = async ({ facts, job, drive }) => {
  const { output, measurements } = await drive('boot-application', {});
  sameChip(facts, output.chipUid);
  const [expected, found] = [job.recipe.rootOfTrust, output.rootOfTrust];
  if (found !== expected)
    throw new RunError('wrong-root-of-trust', { expected, found }, { chip: 'not-locked' });
  const { firmware, rootOfTrust, enrolled, locked, lifecycle } = output;
  return { body: { firmware, rootOfTrust, enrolled, agentLocked: locked, lifecycle }, measurements };
};

const enrol: Act = async (context) => {
  const wanted = keepWish(context);
  const { output, measurements } = await context.drive('enrol', wanted);
  const { score, deviceId, helperDataHash } = output;
  // A root of trust that tells no score says 0: nothing was measured then.
  const own = score > 0 ? [{ name: 'enrol-score', value: score, unit: 'score' }] : [];
  // Only a PUF keeps helper data.
  const helper = helperDataHash === '' ? {} : { helperDataHash };
  const body = { deviceId, ...helper, ...keptKeyBody(wanted, output) };
  const found = { body, measurements: merge(measurements, own) };
  if (isBoundLater(context.job.recipe)) return found;
  return lookedUp({ ...context, facts: { ...context.facts, deviceId } }, found);
};

/** An identity is looked up after its quality was tested, or before it is certified; where neither comes, at once. */
const isBoundLater = ({ phases }: Recipe): boolean =>
  phases.some(({ operation }) => operation === 'reconstruct' || operation === 'csr');

/** The quality gate: rebuilds the key again and again, and looks the identity up in the whole store. */
const reconstruct: Act = async (context) => {
  const { facts, phase, drive } = context;
  const reads = Number(phase.params['reads'] ?? 10);
  const { output, measurements } = await drive('reconstruct', { reads });
  const gate = checkReconstruction(need(facts.deviceId, 'device id'), output, reads);
  const body = { reads, helperDataHash: output.helperDataHash };
  return lookedUp(context, { body, measurements: merge(measurements, gate) });
};

/** With what the look-up of the identity says: a refusal is evidenced as a measurement, and fails the run. */
async function lookedUp(context: ActContext, { body, measurements }: ActResult): Promise<ActResult> {
  const seen = await bindIdentity(context);
  return {
    ...{ body, measurements: merge(measurements, [identitySeen(seen !== null)]) },
    ...(seen === null ? {} : { failure: seen }),
  };
}

async function bindIdentity({ runId, facts, memory, ports }: ActContext): Promise<Error | null> {
  const seen = await bindDevice(ports, runId, need(facts.deviceId, 'device id'));
  memory.identityBound = seen === null;
  return seen;
}

/** Subject serial number: the first 128 bits of the device id, unique under the issuer as the id itself is. */
export const subjectSerial = (deviceId: string): string => deviceId.slice(0, 32);

const csr: Act = async (context) => {
  const { facts, memory, drive } = context;
  const seen = memory.identityBound ? null : await bindIdentity(context);
  if (seen !== null) throw seen;
  const serial = subjectSerial(need(facts.deviceId, 'device id'));
  const { output, measurements } = await drive('csr', { subjectSerial: serial });
  memory.csr = output.csr;
  return { body: { subjectSerial: serial }, measurements };
};

const issue: Act = async ({ runId, job, facts, memory, ports }) => {
  const deviceId = need(facts.deviceId, 'device id');
  const issued = await ports.authority.issue({
    csr: need(memory.csr, 'request'),
    deviceId,
    chipUid: need(facts.chipUid, 'chip id'),
    serial: subjectSerial(deviceId),
    recipe: job.recipe,
  });
  const { der, serial, fingerprint } = issued;
  await ports.certificates.add({
    serial,
    fingerprint,
    runId,
    deviceId,
    issuer: ports.authority.issuerName,
    der,
  });
  memory.leaf = der;
  return { body: { serial, certificateFingerprint: fingerprint }, measurements: [] };
};

const inject: Act = async ({ phase, facts, memory, ports, drive }) => {
  const chain = [need(memory.leaf, 'certificate'), ports.authority.issuerCertificate];
  const configuration = Object.fromEntries(
    Object.entries(phase.params).map(([key, value]) => [key, String(value)]),
  );
  const { output, measurements } = await drive('inject', { chain, configuration });
  if (output.certificateFingerprint !== facts.certificateFingerprint) {
    throw new RunError('identity-mismatch', { found: output.certificateFingerprint }, { chip: 'not-locked' });
  }
  return { body: { configuration: Object.keys(configuration) }, measurements };
};

const CHALLENGE_BYTES = 32;

const prove: Act = async ({ facts, ports, drive }) => {
  const challenge = randomBytes(CHALLENGE_BYTES);
  const { output, measurements } = await drive('prove', { challenge });
  const deviceId = need(facts.deviceId, 'device id');
  const fingerprint = need(facts.certificateFingerprint, 'certificate');
  await ports.authority.verifyProof({ ...output, challenge, deviceId, fingerprint });
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  return { body: { challenge: hex(challenge), signature: hex(output.signature) }, measurements };
};

const lock: Act = async ({ phase, drive }) => {
  const disableInitialize = flag(phase, 'disableInitialize', true);
  const lockBoot = flag(phase, 'lockBoot', true);
  const { output, measurements } = await drive('lock', { disableInitialize, lockBoot });
  return { body: { answered: output.answered, disableInitialize, lockBoot }, measurements };
};

const readState: Act = async ({ facts, drive }) => {
  const { output, measurements } = await drive('read-state', {});
  sameChip(facts, output.chipUid);
  return { body: { state: output, locked: output.locked, lifecycle: output.lifecycle }, measurements };
};

/** A driver's own measurement wins over one of the same name that the engine derives. */
function merge(measured: readonly Measurement[], derived: readonly Measurement[]): Measurement[] {
  const names = new Set(derived.map((one) => one.name));
  return [...measured.filter((one) => !names.has(one.name)), ...derived];
}

/** One act per operation of a recipe. */
export const acts: Readonly<Record<RecipePhase['operation'], Act>> = {
  identify,
  initialize: async ({ drive }) => {
    const { output, measurements } = await drive('initialize', {});
    return { body: { lifecycle: output }, measurements };
  },
  'inject-oem-root-key': async (context) => {
    const permanent = flag(context.phase, 'permanent', false);
    const rkey = need(filesOf(context)[0], 'root key');
    const { output, measurements } = await context.drive('inject-oem-root-key', { rkey, permanent });
    return { body: { lifecycle: output, permanent }, measurements };
  },
  program,
  verify,
  'inject-boot-certificates': bootCertificates,
  'boot-application': bootApplication,
  enrol,
  reconstruct,
  csr,
  issue,
  inject,
  prove,
  lock,
  'read-state': readState,
  ...otherActs,
};
