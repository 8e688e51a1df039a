import type { TargetDriver, TargetSession } from '#drivers/core/driver.ts';
import { DriverError } from '#drivers/core/errors.ts';
import type { Link } from '#drivers/core/link.ts';
import type { OperationTable } from '#drivers/core/operation-table.ts';
import type { OperationName, OperationResult } from '#drivers/core/operations.ts';
import { targetSession } from '#drivers/core/target-session.ts';
import type { TpmClient } from '#drivers/protocols/tpm2/client.ts';
import { injectCredentials } from '#drivers/roots-of-trust/tpm2/credentials.ts';
import { enrolKey, proveIdentity, requestOf } from '#drivers/roots-of-trust/tpm2/identity.ts';
import { initializeTpm } from '#drivers/roots-of-trust/tpm2/initialize.ts';
import { lockTpm } from '#drivers/roots-of-trust/tpm2/lock.ts';
import { sealSecret } from '#drivers/roots-of-trust/tpm2/seal.ts';
import { lifecycleOf, ownershipOf, partState, versionOf } from '#drivers/roots-of-trust/tpm2/state.ts';
import { tpmDecoder } from './decoder.ts';
import { TpmTarget } from './part.ts';

const TARGET = 'tpm2';

/** Says which TPM is there and changes nothing. */
async function identify(part: TpmTarget, target: string): Promise<OperationResult<'identify'>> {
  part.forget();
  if (target !== TARGET)
    throw new DriverError('wrong-chip', 'The site is set up for another chip.', {
      chip: 'untouched',
      context: { expected: target, found: TARGET },
    });
  const client = await part.use();
  const { maker, firmware } = await versionOf(client);
  const output = {
    chipUid: part.chipUid,
    product: `${maker} ${firmware}`,
    target,
    areas: [],
    maxBaudRate: 0,
  };
  return { output: { ...output, lifecycle: lifecycleOf(await ownershipOf(client)) }, measurements: [] };
}

function operationsOf(part: TpmTarget): OperationTable {
  const change = async (): Promise<TpmClient> => {
    const client = await part.use();
    part.touched = true;
    return client;
  };
  return {
    identify: ({ target }) => identify(part, target),
    initialize: async (_input, context) => ({
      output: await initializeTpm(await change(), context),
      measurements: [],
    }),
    enrol: async (_input, context) => enrolKey(await change(), context),
    csr: async ({ subjectSerial }) => requestOf(await part.use(), subjectSerial),
    inject: async (input, context) => injectCredentials(await change(), input, context),
    'set-user-key': async ({ slot, key }, context) => {
      if (slot === 'SECRET') return sealSecret(await change(), key, context);
      key.fill(0);
      throw new DriverError('bad-argument', 'A TPM takes a SECRET here.', {
        chip: 'untouched',
        context: { slot },
      });
    },
    prove: async ({ challenge }) => proveIdentity(await part.use(), challenge),
    lock: async (_input, context) => lockTpm(await change(), context),
    'read-state': async () => partState(await part.use()),
  };
}

const OPERATIONS: readonly OperationName[] = [
  ...([
    'identify',
    'initialize',
    'enrol',
    'csr',
    'inject',
    'set-user-key',
    'prove',
    'lock',
    'read-state',
  ] as const),
];

/** A client that still waits for an answer stays: it knows which one that is. */
const stays = ({ code }: DriverError): boolean => code !== 'port-gone';

function open(link: Link): TargetSession {
  const part = new TpmTarget(link);
  return targetSession(part, operationsOf(part), { goesOn: stays });
}

/** A TPM 2.0 behind a TCP address that takes its commands as they are. */
export const tpm2Driver: TargetDriver = {
  id: TARGET,
  title: 'TPM 2.0',
  operations: OPERATIONS,
  areas: [],
  isForEver: (operation) => operation === 'lock',
  fresh: ['OPEN'],
  rootsOfTrust: [TARGET],
  takes: [],
  decoder: tpmDecoder,
  open: (link) => open(link),
};
