import { randomBytes } from 'node:crypto';
import { DriverError } from '#drivers/core/errors.ts';
import type { OperationContext, OperationResult } from '#drivers/core/operations.ts';
import type { TpmClient } from '#drivers/protocols/tpm2/client.ts';
import { NV, RH } from '#drivers/protocols/tpm2/constants.ts';
import { nvReadPublic, nvWriteLock } from '#drivers/protocols/tpm2/nv.ts';
import { changeAuth } from '#drivers/protocols/tpm2/objects.ts';
import { onceAndRead } from '../once.ts';
import { refuseIfAborted } from '../outcome.ts';
import { isLocked, openIndices, ownershipOf, requireUnowned } from './state.ts';

/** As long as the digest of the hierarchies' hash may be at most for an authorization (part 1, 19.6.4.2). */
const AUTH_BYTES = 32;

interface Step {
  note: string;
  send: () => Promise<unknown>;
  isDone: () => Promise<boolean>;
}

/**
 * Write-locks each index of the device, then gives lockout and owner an authorization that nobody knows: each read back
 * before the next. From then on only the platform (the device's own firmware) can clear the TPM. A TPM that is locked so
 * already is left as it is; one that has an owner otherwise is refused before anything is changed.
 */
export async function lockTpm(
  client: TpmClient,
  context: OperationContext,
): Promise<OperationResult<'lock'>> {
  const measurements = [{ name: 'indices-locked', value: 0, unit: 'count' }];
  if (await isLocked(client, await ownershipOf(client))) return { output: { answered: true }, measurements };
  await requireUnowned(client);
  const { exist, open } = await openIndices(client);
  if (exist.length === 0)
    throw new DriverError('wrong-state', 'There is no certificate on this TPM to lock: inject comes first.', {
      chip: 'not-locked',
    });
  const { lockoutAuth } = await ownershipOf(client);
  const steps = [
    ...open.map((index) => lockIndex(client, index)),
    // With the lockout authorization in other hands it is not ours to set; the owner's closes the TPM all the same.
    ...(lockoutAuth ? [] : [closeHierarchy(client, 'lockout')]),
    closeHierarchy(client, 'owner'),
  ];
  const answered = await runSteps(steps, context);
  return {
    output: { answered },
    measurements: [{ name: 'indices-locked', value: exist.length, unit: 'count' }],
  };
}

async function runSteps(steps: readonly Step[], context: OperationContext): Promise<boolean> {
  let all = true;
  for (const [at, { note, send, isDone }] of steps.entries()) {
    refuseIfAborted(context.signal);
    context.progress({ done: at, total: steps.length, unit: 'steps', note });
    const { answered, done, lost } = await onceAndRead(send, isDone);
    if (!done)
      throw new DriverError('device-error', 'The TPM does not show the lock after the command.', {
        chip: 'not-locked',
        context: { step: note },
        cause: lost,
      });
    all &&= answered;
  }
  return all;
}

const lockIndex = (client: TpmClient, index: number): Step => ({
  note: `Lock ${index.toString(16)}`,
  send: () => nvWriteLock(client, index),
  isDone: async () => {
    const found = await nvReadPublic(client, index);
    return found !== null && (found.attributes & NV.writeLocked) !== 0;
  },
});

const closeHierarchy = (client: TpmClient, which: 'owner' | 'lockout'): Step => ({
  note: `Close ${which}`,
  send: async () => {
    const auth = Uint8Array.from(randomBytes(AUTH_BYTES));
    try {
      await changeAuth(client, RH[which], auth);
    } finally {
      auth.fill(0);
    }
  },
  isDone: async () => {
    const ownership = await ownershipOf(client);
    return which === 'owner' ? ownership.ownerAuth : ownership.lockoutAuth;
  },
});
