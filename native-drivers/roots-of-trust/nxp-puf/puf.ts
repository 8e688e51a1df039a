import { DriverError } from '#drivers/core/errors.ts';
import type { OperationContext, OperationResult } from '#drivers/core/operations.ts';
import type { NxpBootClient } from '#drivers/protocols/nxp-boot/client.ts';
import { outcomeOf, refuseIfAborted } from '../outcome.ts';
import {
  helperDataHash,
  isEnrolled,
  KEY_STORE_ADDRESS,
  KEY_STORE_BYTES,
  keyCodeOf,
  READ_BYTES,
  slotOf,
} from './key-store.ts';

/** Key sizes that the slots take, bytes: AES-128 and AES-256. */
const KEY_BYTES: readonly number[] = [16, 32];

const mismatch = (slot: string): DriverError =>
  new DriverError('verify-mismatch', 'The key store in flash is not what the chip was told to keep.', {
    chip: 'not-locked',
    context: { slot },
  });

/** As it stands in flash: activation code and key codes, of use to this one part only. */
export async function keptKeyStore(client: NxpBootClient): Promise<Uint8Array> {
  const store = new Uint8Array(KEY_STORE_BYTES);
  for (let at = 0; at < KEY_STORE_BYTES; at += READ_BYTES)
    store.set(await client.read(KEY_STORE_ADDRESS + at, READ_BYTES), at);
  return store;
}

/**
 * Enrols and keeps the activation code, then reads it back. A part that is enrolled is refused: a new activation code
 * makes every key code on it worthless. This ROM tells no score.
 */
export async function enrolPuf(
  client: NxpBootClient,
  chipUid: string,
  context: OperationContext,
): Promise<OperationResult<'enrol'>> {
  if (isEnrolled(await keptKeyStore(client)))
    throw new DriverError(
      'enrol-refused',
      'The PUF of this part is enrolled already; its keys would be lost.',
      {
        chip: 'untouched',
      },
    );
  refuseIfAborted(context.signal);
  context.progress({ done: 0, total: 2, unit: 'steps', note: 'Enrol' });
  await client.enroll();
  context.progress({ done: 1, total: 2, unit: 'steps', note: 'Keep' });
  await keep(client);
  const hash = helperDataHash(await keptKeyStore(client));
  if (hash === null) throw mismatch('activation code');
  context.progress({ done: 2, total: 2, unit: 'steps', note: 'Keep' });
  return { output: { score: 0, deviceId: chipUid, helperDataHash: hash }, measurements: [] };
}

/** A key that the chip makes, of 16 or 32 bytes; nobody ever sees it. Same power cycle as the enrolment. */
export async function generateKey(
  client: NxpBootClient,
  slot: string,
  bytes: number,
  { signal }: OperationContext,
): Promise<OperationResult<'generate-key'>> {
  const { type } = slotOf(slot);
  checkBytes(bytes);
  const before = await keptKeyStore(client);
  refuseIfAborted(signal);
  await inPowerCycle(client.setIntrinsicKey(type, bytes));
  return kept(client, slot, before);
}

/** A key in clear, which the chip wraps; the copy here is wiped. Same power cycle as the enrolment. */
export async function setUserKey(
  client: NxpBootClient,
  slot: string,
  key: Uint8Array,
  { signal }: OperationContext,
): Promise<OperationResult<'set-user-key'>> {
  try {
    const { type } = slotOf(slot);
    checkBytes(key.length);
    const before = await keptKeyStore(client);
    refuseIfAborted(signal);
    await inPowerCycle(client.setUserKey(type, key, { signal }));
    return await kept(client, slot, before);
  } finally {
    key.fill(0);
  }
}

/** A key store that was read from this very part: its activation code and key codes back into flash. */
export async function restoreKeyStore(
  client: NxpBootClient,
  store: Uint8Array,
  { signal }: OperationContext,
): Promise<void> {
  if (!isEnrolled(store))
    throw new DriverError('bad-argument', 'This is no key store of such a part.', {
      chip: 'untouched',
      context: { bytes: store.length, expected: KEY_STORE_BYTES },
    });
  refuseIfAborted(signal);
  await client.writeKeyStore(store, { signal });
  await keep(client);
  if (!Buffer.from(store).equals(await keptKeyStore(client))) throw mismatch('all');
}

function checkBytes(bytes: number): void {
  if (KEY_BYTES.includes(bytes)) return;
  throw new DriverError('bad-argument', 'A key of this PUF has 16 or 32 bytes.', {
    chip: 'untouched',
    context: { bytes },
  });
}

/** From RAM to flash: what cannot be taken back. */
async function keep(client: NxpBootClient): Promise<void> {
  await client.writeNonVolatile().catch((error: unknown) => {
    throw outcomeOf(error);
  });
}

async function kept(
  client: NxpBootClient,
  slot: string,
  before: Uint8Array,
): Promise<{ output: { slot: string; verified: boolean }; measurements: [] }> {
  await keep(client);
  const store = await keptKeyStore(client);
  const code = keyCodeOf(store, slotOf(slot));
  const old = keyCodeOf(before, slotOf(slot));
  if (code === null || (old !== null && Buffer.from(old).equals(code))) throw mismatch(slot);
  return { output: { slot, verified: true }, measurements: [] };
}

/** The plain failure (status 1) of a key command: on parts, that of a PUF that was not enrolled since its last reset. */
async function inPowerCycle(command: Promise<void>): Promise<void> {
  try {
    await command;
  } catch (error) {
    if (!(error instanceof DriverError) || error.context['status'] !== 1) throw error;
    throw new DriverError(
      'wrong-state',
      'The PUF takes keys only after an enrolment and before the next reset. This part keeps what it has.',
      { chip: 'not-locked', context: error.context, cause: error },
    );
  }
}
