import type { TargetDriver, TargetSession } from '#drivers/core/driver.ts';
import { DriverError } from '#drivers/core/errors.ts';
import type { Link } from '#drivers/core/link.ts';
import type { OperationTable } from '#drivers/core/operation-table.ts';
import type { OperationContext, OperationName, OperationResult } from '#drivers/core/operations.ts';
import { goesOnAfter, targetSession } from '#drivers/core/target-session.ts';
import type { AteccClient } from '#drivers/protocols/atecc/client.ts';
import { KIT_RATE } from '#drivers/protocols/atecc/constants.ts';
import { readConfigZone } from '#drivers/roots-of-trust/atecc608/config-zone.ts';
import { injectCredentials } from '#drivers/roots-of-trust/atecc608/credentials.ts';
import { enrolKey, proveIdentity, requestOf } from '#drivers/roots-of-trust/atecc608/identity.ts';
import { lifecycleOf } from '#drivers/roots-of-trust/atecc608/lifecycle.ts';
import { lockSlots } from '#drivers/roots-of-trust/atecc608/lock.ts';
import { sealSecret, setWriteKey } from '#drivers/roots-of-trust/atecc608/seal.ts';
import { moveLifecycle } from '#drivers/roots-of-trust/atecc608/session.ts';
import { partState } from '#drivers/roots-of-trust/atecc608/state.ts';
import { ateccDecoder } from './decoder.ts';
import { AteccTarget } from './part.ts';

const TARGET = 'atecc608';

/** Says what is on the board and changes nothing. */
async function identify(part: AteccTarget, target: string): Promise<OperationResult<'identify'>> {
  part.forget();
  if (target !== TARGET)
    throw new DriverError('wrong-chip', 'The site is set up for another chip.', {
      chip: 'untouched',
      context: { expected: target, found: TARGET },
    });
  const zone = await readConfigZone(await part.use());
  const output = {
    chipUid: zone.serial,
    product: `ATECC608 rev ${zone.revision.slice(-2)}`,
    target,
    areas: [],
  };
  return { output: { ...output, maxBaudRate: KIT_RATE, lifecycle: lifecycleOf(zone) }, measurements: [] };
}

async function setKey(
  client: AteccClient,
  { slot, key }: { slot: string; key: Uint8Array },
  context: OperationContext,
): Promise<OperationResult<'set-user-key'>> {
  if (slot === 'WRITE-KEY') return setWriteKey(client, key, context);
  if (slot === 'SECRET')
    return sealSecret(client, { writeKey: key.subarray(0, 32), secret: key.subarray(32) }, context);
  key.fill(0);
  throw new DriverError('bad-argument', 'This chip takes a WRITE-KEY and a SECRET.', {
    chip: 'untouched',
    context: { slot },
  });
}

function operationsOf(part: AteccTarget): OperationTable {
  const change = async (): Promise<AteccClient> => {
    const client = await part.use();
    part.touched = true;
    return client;
  };
  return {
    identify: ({ target }) => identify(part, target),
    'move-lifecycle': async ({ to }, context) => ({
      output: await moveLifecycle(await change(), to, context),
      measurements: [],
    }),
    'set-user-key': async (input, context) => setKey(await change(), input, context),
    enrol: async (_input, context) => enrolKey(await change(), context),
    csr: async ({ subjectSerial }) => requestOf(await part.use(), subjectSerial),
    inject: async (input, context) => injectCredentials(await change(), input, context),
    prove: async ({ challenge }) => proveIdentity(await part.use(), challenge),
    lock: async (_input, context) => lockSlots(await change(), context),
    'read-state': async () => partState(await part.use()),
  };
}

const OPERATIONS: readonly OperationName[] = [
  ...([
    'identify',
    'move-lifecycle',
    'set-user-key',
    'enrol',
    'csr',
    'inject',
    'prove',
    'lock',
    'read-state',
  ] as const),
];

const goesOn = goesOnAfter('enrol-refused');

function open(link: Link): TargetSession {
  const part = new AteccTarget(link);
  return targetSession(part, operationsOf(part), { goesOn });
}

/** An ATECC608 on a kit board with a serial port. */
export const atecc608Driver: TargetDriver = {
  id: TARGET,
  title: 'Microchip ATECC608',
  operations: OPERATIONS,
  areas: [],
  isForEver: (operation) => operation === 'move-lifecycle' || operation === 'lock',
  // The chip makes its key behind the first lock and signs behind the second.
  comesFirst: (operation) => operation === 'move-lifecycle',
  shows: (operation, { to }) => (operation === 'move-lifecycle' ? { dlm: String(to) } : null),
  fresh: ['OPEN', 'CONFIG_LOCKED'],
  rootsOfTrust: [TARGET],
  takes: [],
  decoder: ateccDecoder,
  open: (link) => open(link),
};
