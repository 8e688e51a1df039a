import { DriverError } from '#drivers/core/errors.ts';
import type { Lifecycle, OperationContext, OperationResult } from '#drivers/core/operations.ts';
import type { AteccClient } from '#drivers/protocols/atecc/client.ts';
import { LOCK, OP, WORD, ZONE } from '#drivers/protocols/atecc/constants.ts';
import { configAddress, crcOf } from '#drivers/protocols/atecc/packet.ts';
import { onceAndRead } from '../once.ts';
import { refuseIfAborted } from '../outcome.ts';
import { readConfigZone, type ConfigZone } from './config-zone.ts';
import { lifecycleOf, requireDataLocked } from './lifecycle.ts';
import { checkPolicy, LOCKED_SLOTS, SLOT, withPolicy } from './policy.ts';
import { hasKey } from './public-key.ts';

/**
 * Writes the rules of the slots, reads them back and locks the configuration zone, for good. The chip compares a checksum
 * of the zone with ours before it locks. A part whose zone is locked is left as it is where its rules serve.
 */
export async function lockConfiguration(client: AteccClient, context: OperationContext): Promise<Lifecycle> {
  let zone = await readConfigZone(client);
  if (!zone.configLocked) {
    zone = await writePolicy(client, zone, context);
    refuseIfAborted(context.signal);
    await lockAndRead(client, LOCK.config, crcOf(zone.bytes), (after) => after.configLocked);
    zone = await readConfigZone(client);
  }
  checkPolicy(zone);
  return lifecycleOf(zone);
}

/** Locks the data zone, for good: from then on the rules of the slots hold, and the chip signs. */
export async function lockData(client: AteccClient, { signal }: OperationContext): Promise<Lifecycle> {
  const zone = await readConfigZone(client);
  if (zone.dataLocked) return lifecycleOf(zone);
  if (!zone.configLocked || !(await hasKey(client, zone)))
    throw new DriverError(
      'wrong-state',
      'The data zone is locked once the part has its key: enrol comes first.',
      {
        chip: 'not-locked',
        context: { dlm: lifecycleOf(zone).dlm },
      },
    );
  checkPolicy(zone);
  refuseIfAborted(signal);
  // What a new part has in its slots nobody can read before this lock: no checksum can be given.
  await lockAndRead(client, LOCK.data | LOCK.withoutSummary, 0, (after) => after.dataLocked);
  return lifecycleOf(await readConfigZone(client));
}

/** Locks each slot of the device's identity, one by one, for good. A slot that is locked already stays so. */
export async function lockSlots(
  client: AteccClient,
  context: OperationContext,
): Promise<OperationResult<'lock'>> {
  const zone = await readConfigZone(client);
  requireDataLocked(zone);
  checkPolicy(zone);
  let answered = true;
  const open = LOCKED_SLOTS.filter((slot) => !zone.slotLocked(slot));
  for (const [done, slot] of open.entries()) {
    refuseIfAborted(context.signal);
    context.progress({ done, total: open.length, unit: 'steps', note: `Lock slot ${slot}` });
    const mode = LOCK.slot | LOCK.withoutSummary | (slot << 2);
    answered = (await lockAndRead(client, mode, 0, (after) => after.slotLocked(slot))) && answered;
  }
  const measurements = [{ name: 'slots-locked', value: LOCKED_SLOTS.length, unit: 'count' }];
  return { output: { answered }, measurements };
}

/** Only what differs is written: words before byte 52, the last block as a whole. */
async function writePolicy(
  client: AteccClient,
  zone: ConfigZone,
  { signal }: OperationContext,
): Promise<ConfigZone> {
  refuseIfAborted(signal);
  const wanted = withPolicy(zone);
  for (let at = SLOT_CONFIG.start; at < SLOT_CONFIG.end; at += WORD)
    await writePiece(client, zone, wanted, at, WORD);
  await writePiece(client, zone, wanted, KEY_CONFIG.start, KEY_CONFIG.bytes);
  const after = await readConfigZone(client);
  if (Buffer.from(after.bytes).equals(wanted)) return after;
  throw new DriverError(
    'verify-mismatch',
    'The configuration reads otherwise than it was written; it is not locked.',
    {
      chip: 'not-locked',
      context: { slot: SLOT.identity },
    },
  );
}

const SLOT_CONFIG = { start: 20, end: 52 };
const KEY_CONFIG = { start: 96, bytes: 32 };

async function writePiece(
  client: AteccClient,
  zone: ConfigZone,
  wanted: Uint8Array,
  at: number,
  bytes: number,
): Promise<void> {
  const data = wanted.slice(at, at + bytes);
  if (Buffer.from(zone.bytes.subarray(at, at + bytes)).equals(data)) return;
  const p1 = bytes === WORD ? ZONE.config : ZONE.config | ZONE.block;
  await client.run({ op: OP.write, p1, p2: configAddress(at), data }, 1);
}

/** @returns whether the command itself was answered. */
async function lockAndRead(
  client: AteccClient,
  p1: number,
  p2: number,
  isDone: (zone: ConfigZone) => boolean,
): Promise<boolean> {
  const { answered, done, lost } = await onceAndRead(
    () => client.run({ op: OP.lock, p1, p2 }, 1, false),
    async () => isDone(await readConfigZone(client)),
  );
  if (done) return answered;
  throw new DriverError('device-error', 'The chip is not locked after the command.', {
    chip: 'not-locked',
    context: { mode: p1 },
    cause: lost,
  });
}
