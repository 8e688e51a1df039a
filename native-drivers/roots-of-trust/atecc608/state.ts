import { createHash } from 'node:crypto';
import type { OperationResult, PartState } from '#drivers/core/operations.ts';
import type { AteccClient } from '#drivers/protocols/atecc/client.ts';
import { INFO, OP } from '#drivers/protocols/atecc/constants.ts';
import { readConfigZone, type ConfigZone } from './config-zone.ts';
import { readChain } from './credentials.ts';
import { isLocked, lifecycleOf } from './lifecycle.ts';
import { SLOT, unfitSlots } from './policy.ts';

/** The chip says whether the identity slot holds a key; before the rules are locked it holds none that would stay. */
export async function hasKey(client: AteccClient, zone: ConfigZone): Promise<boolean> {
  if (!zone.configLocked) return false;
  const [valid] = await client.run({ op: OP.info, p1: INFO.keyValid, p2: SLOT.identity }, 4);
  return valid === 1;
}

/** Everything that can be read without a change. */
export async function partState(client: AteccClient): Promise<OperationResult<'read-state'>> {
  const zone = await readConfigZone(client);
  const enrolled = unfitSlots(zone).includes(SLOT.identity) ? false : await hasKey(client, zone);
  const readable = zone.dataLocked && unfitSlots(zone).length === 0;
  const [leaf] = readable ? await readChain(client) : [];
  const output: PartState = {
    ...{
      chipUid: zone.serial,
      via: 'boot-rom',
      lifecycle: lifecycleOf(zone),
      locked: isLocked(zone),
      enrolled,
    },
    deviceId: enrolled ? zone.serial : null,
    certificateFingerprint: leaf === undefined ? null : createHash('sha256').update(leaf).digest('hex'),
    agentLocked: null,
  };
  return { output, measurements: [] };
}
