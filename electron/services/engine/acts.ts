import { randomBytes } from 'node:crypto';
import type {
  Measurement,
  OperationInput,
  OperationName,
  OperationResult,
} from '#drivers/core/operations.ts';
import type { RecipePhase } from '#services/recipe.ts';
import type { PartFacts } from './facts.ts';
import { classify } from './failures.ts';
import type { EnginePorts, RunJob } from './ports.ts';
import { checkReconstruction, identitySeen } from './quality-gate.ts';
import { RunError } from './run-error.ts';

/** What an act hands to the next ones and must not go through the journal. */
export interface RunMemory {
  csr: Uint8Array | null;
  leaf: Uint8Array | null;
  identityBound: boolean;
}

/** Everything an act may use. `drive` runs one operation on the part under the phase's abort signal. */
export interface ActContext {
  runId: string;
  phase: RecipePhase;
  job: RunJob;
  facts: PartFacts;
  memory: RunMemory;
  ports: EnginePorts;
  drive: <K extends OperationName>(operation: K, input: OperationInput<K>) => Promise<OperationResult<K>>;
}

/** What an act found. `body` goes into the evidence; its facts are taken up by name (facts.ts). */
export interface ActResult {
  body: Record<string, unknown>;
  measurements: Measurement[];
  /** The act was carried out and what it found fails the run: evidence is written first. */
  failure?: Error;
}

type Act = (context: ActContext) => Promise<ActResult>;

const flag = (phase: RecipePhase, name: string, otherwise: boolean) =>
  typeof phase.params[name] === 'boolean' ? phase.params[name] : otherwise;

/** The fact, or a defect: recipes are checked to have their phases in order. */
export function need<T>(value: T | null, name: string): T {
  if (value === null) throw new RunError('internal', { missing: name });
  return value;
}

/** Throws `chip-swapped` when the part that answers is not the one that the run began with. */
export function sameChip(facts: PartFacts, chipUid: string): void {
  if (facts.chipUid !== null && facts.chipUid !== chipUid) {
    throw new RunError('chip-swapped', { expected: facts.chipUid, found: chipUid }, { chip: 'not-locked' });
  }
}

/** A locked part says who it is: the store knows whether it was made here, or still waits to be read back. */
async function refuseLocked({ runId, ports }: ActContext, error: unknown): Promise<never> {
  const { code, context } = classify(error);
  const chipUid = context['chipUid'];
  if (code === 'locked' && typeof chipUid === 'string') await ports.runs.identified(runId, chipUid);
  throw error;
}

const identify: Act = async (context) => {
  const { runId, job, ports, drive } = context;
  const { output, measurements } = await drive('identify', { target: job.recipe.target }).catch(
    (error: unknown) => refuseLocked(context, error),
  );
  if (output.target !== job.recipe.target) {
    throw new RunError(
      'wrong-chip',
      { product: output.product, target: output.target },
      { chip: 'untouched' },
    );
  }
  const row = await ports.runs.identified(runId, output.chipUid);
  const { chipUid, product, lifecycle, maxBaudRate } = output;
  return { body: { chipUid, product, lifecycle, maxBaudRate, attempt: row.attempt }, measurements };
};

const program: Act = async ({ job, drive }) => {
  const { output, measurements } = await drive('program', { image: job.firmware });
  const rate = output.seconds > 0 ? output.bytes / output.seconds : 0;
  // Ten bits a byte on an 8N1 line: what the wire could have carried in that time.
  const share = output.baudRate > 0 ? (rate * 1000) / output.baudRate : 0;
  const own = [
    { name: 'bytes', value: output.bytes, unit: 'B' },
    { name: 'rate', value: rate, unit: 'B/s' },
    { name: 'wire-share', value: share, unit: '%' },
  ];
  return { body: { ...output, image: job.firmware }, measurements: merge(measurements, own) };
};

const verify: Act = async ({ job, drive }) => {
  const { output, measurements } = await drive('verify', { image: job.firmware });
  return { body: { ...output, image: job.firmware }, measurements };
};

const bootCertificates: Act = async ({ job, drive }) => {
  const { keyCertificate, codeCertificate } = job;
  const { measurements } = await drive('inject-boot-certificates', { keyCertificate, codeCertificate });
  return { body: {}, measurements };
};

const bootApplication: Act = async ({ facts, drive }) => {
  const { output, measurements } = await drive('boot-application', {});
  sameChip(facts, output.chipUid);
  const { firmware, rootOfTrust, enrolled, locked, lifecycle } = output;
  return { body: { firmware, rootOfTrust, enrolled, agentLocked: locked, lifecycle }, measurements };
};

const enrol: Act = async ({ drive }) => {
  const { output, measurements } = await drive('enrol', {});
  const { score, deviceId, helperDataHash } = output;
  const own = [{ name: 'enrol-score', value: score, unit: 'score' }];
  return { body: { deviceId, helperDataHash }, measurements: merge(measurements, own) };
};

/** The quality gate: rebuilds the key again and again, and looks the identity up in the whole store. */
const reconstruct: Act = async (context) => {
  const { facts, phase, drive } = context;
  const reads = Number(phase.params['reads'] ?? 10);
  const { output, measurements } = await drive('reconstruct', { reads });
  const gate = checkReconstruction(need(facts.deviceId, 'device id'), output, reads);
  const seen = await bindIdentity(context);
  return {
    body: { reads, helperDataHash: output.helperDataHash },
    measurements: merge(measurements, [...gate, identitySeen(seen !== null)]),
    ...(seen === null ? {} : { failure: seen }),
  };
};

/** The clone check. Returns the refusal instead of throwing it, so that it is evidenced as a measurement. */
async function bindIdentity({ runId, facts, memory, ports }: ActContext): Promise<Error | null> {
  const deviceId = need(facts.deviceId, 'device id');
  try {
    // A device id is the SHA-256 of the device's public key: one look-up answers for both.
    await ports.runs.enrolled({ runId, deviceId, publicKeySha256: deviceId });
    memory.identityBound = true;
    return null;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'identity-seen') return error;
    throw error;
  }
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
  'inject-oem-root-key': async ({ job, phase, drive }) => {
    const permanent = flag(phase, 'permanent', false);
    const { output, measurements } = await drive('inject-oem-root-key', { rkey: job.oemRootKey, permanent });
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
};
