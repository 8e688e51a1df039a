import { createHash } from 'node:crypto';
import { framedDecoder } from '#drivers/core/decoder.ts';
import type { ImageSource, TargetDriver, TargetSession } from '#drivers/core/driver.ts';
import { DriverError } from '#drivers/core/errors.ts';
import type { Link } from '#drivers/core/link.ts';
import type { OperationTable } from '#drivers/core/operation-table.ts';
import type {
  Lifecycle,
  OperationContext,
  OperationName,
  OperationResult,
} from '#drivers/core/operations.ts';
import { targetSession } from '#drivers/core/target-session.ts';
import { enrol, joinNetwork, joinOpenNetwork } from './enrol.ts';
import { FILE_AREAS, FILES, filesOf, readFile, stopIfAborted, writeFiles } from './files.ts';
import { CordeliaModule, deviceIdOf, startupOf } from './module.ts';
import { takeAtLine } from './at/decoder.ts';
import { BAUD_RATE, WAIT } from './at/constants.ts';

const TARGET = 'cordelia';
/** [QS] 1: the article number that the start-up event begins with. */
const ARTICLE = '26100110';
/** The slot of `set-user-key`: name and password of the network that the module enrols over. */
const WLAN = 'WLAN';

const lifecycleOf = (module: CordeliaModule, deviceId: string | null): Lifecycle => ({
  dlm: module.revoked ? 'REVOKED' : deviceId === null ? 'OPEN' : 'ENROLLED',
  ...{ protection: null, authentication: null },
});

async function identify(module: CordeliaModule, target: string): Promise<OperationResult<'identify'>> {
  module.forget();
  const { at, startup, uid } = await module.use();
  if (target !== TARGET || !startup.article.startsWith(ARTICLE))
    throw new DriverError('wrong-chip', 'This is not a Cordelia-I module.', {
      ...{ chip: 'untouched', context: { expected: target, product: startup.article, chipUid: uid } },
    });
  const lifecycle = lifecycleOf(module, await deviceIdOf(at));
  const product = `Cordelia-I ${startup.article}, firmware ${startup.firmware}`;
  const areas = FILE_AREAS.map((area) => ({ ...area }));
  return {
    output: { chipUid: uid, product, target, maxBaudRate: BAUD_RATE, areas, lifecycle },
    measurements: [],
  };
}

/** All files and the network go; the identity stays with the silicon. */
async function initialize(
  module: CordeliaModule,
  { signal }: OperationContext,
): Promise<OperationResult<'initialize'>> {
  const { at } = await module.use();
  stopIfAborted(signal);
  module.touched = true;
  const started = startupOf(at, WAIT.factoryReset);
  await at.transport.write(Buffer.from('AT+factoryreset\r\n', 'latin1'));
  await started;
  module.drop();
  const after = await module.use();
  return { output: lifecycleOf(module, await deviceIdOf(after.at)), measurements: [] };
}

async function program(
  module: CordeliaModule,
  images: ImageSource,
  image: string,
  context: OperationContext,
): Promise<OperationResult<'program'>> {
  const files = filesOf(images.get(image));
  const { at } = await module.use();
  stopIfAborted(context.signal);
  module.touched = true;
  return { output: await writeFiles(at, files, context), measurements: [] };
}

async function verify(
  module: CordeliaModule,
  images: ImageSource,
  image: string,
  { signal }: OperationContext,
): Promise<OperationResult<'verify'>> {
  const files = filesOf(images.get(image));
  const { at } = await module.use();
  const hash = createHash('sha256');
  for (const { name, bytes } of files) {
    stopIfAborted(signal);
    const found = await readFile(at, name, bytes.length);
    if (found === null || !Buffer.from(found).equals(bytes))
      throw new DriverError('verify-mismatch', 'A file of the module is not what was written.', {
        ...{ chip: 'not-locked', context: { file: name, found: found === null ? 'missing' : 'different' } },
      });
    hash.update(found);
  }
  const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0);
  return { output: { bytes, crc32: '', sha256: hash.digest('hex') }, measurements: [] };
}

async function readState(module: CordeliaModule): Promise<OperationResult<'read-state'>> {
  module.drop();
  const { at, uid } = await module.use();
  const deviceId = await deviceIdOf(at);
  const lifecycle = lifecycleOf(module, deviceId);
  const identity = { enrolled: deviceId !== null, deviceId, certificateFingerprint: null, agentLocked: null };
  return { output: { chipUid: uid, via: 'agent', lifecycle, locked: false, ...identity }, measurements: [] };
}

async function setUserKey(
  module: CordeliaModule,
  { slot, key }: { slot: string; key: Uint8Array },
): Promise<OperationResult<'set-user-key'>> {
  if (slot !== WLAN) {
    key.fill(0);
    throw new DriverError('bad-argument', `The only slot is ${WLAN}.`, {
      chip: 'untouched',
      context: { slot },
    });
  }
  await joinNetwork(module, key);
  return { output: { slot, verified: true }, measurements: [] };
}

async function startFirmware(module: CordeliaModule): Promise<OperationResult<'start-firmware'>> {
  const { at } = await module.use();
  const started = startupOf(at, WAIT.ready);
  await at.transport.write(Buffer.from('AT+reboot\r\n', 'latin1'));
  await started;
  module.drop();
  return { output: {}, measurements: [] };
}

function operationsOf(module: CordeliaModule, images: ImageSource): OperationTable {
  return {
    identify: ({ target }) => identify(module, target),
    initialize: (_input, context) => initialize(module, context),
    program: ({ image }, context) => program(module, images, image, context),
    verify: ({ image }, context) => verify(module, images, image, context),
    'set-user-key': (input) => setUserKey(module, input),
    'join-network': async ({ network }) => {
      await joinOpenNetwork(module, network);
      return { output: {}, measurements: [] };
    },
    enrol: async (_input, context) => enrol((await module.use()).at, module, context),
    'start-firmware': () => startFirmware(module),
    'read-state': () => readState(module),
  };
}

const OPERATIONS: readonly OperationName[] = [
  ...(['identify', 'initialize', 'program', 'verify', 'set-user-key'] as const),
  ...(['join-network', 'enrol', 'start-firmware', 'read-state'] as const),
];

function open(link: Link, images: ImageSource): TargetSession {
  const module = new CordeliaModule(link);
  return targetSession(module, operationsOf(module, images));
}

/** A Cordelia-I radio module over its AT commands. */
export const cordelia: TargetDriver = {
  ...{ id: TARGET, title: 'Würth Cordelia-I', operations: OPERATIONS, areas: FILE_AREAS, open },
  fresh: ['OPEN'],
  shows: (operation) => (operation === 'enrol' ? { dlm: 'ENROLLED' } : null),
  rootsOfTrust: [TARGET],
  isForEver: () => false,
  decoder: () => framedDecoder(takeAtLine, ['set-user-key']),
};

/** For pages and tests: the files that a job can address. */
export const CORDELIA_FILES = FILES;
