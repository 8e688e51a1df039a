import { createHash } from 'node:crypto';
import type { OperationResult, PartState } from '#drivers/core/operations.ts';
import type { AteccClient } from '#drivers/protocols/atecc/client.ts';
import { readConfigZone } from './config-zone.ts';
import { readChain } from './credentials.ts';
import { isLocked, lifecycleOf } from './lifecycle.ts';
import { unfitSlots } from './policy.ts';
import { keptDeviceId } from './public-key.ts';

/** Everything that can be read without a change. */
export async function partState(client: AteccClient): Promise<OperationResult<'read-state'>> {
  const zone = await readConfigZone(client);
  const deviceId = await keptDeviceId(client, zone);
  const readable = zone.dataLocked && unfitSlots(zone).length === 0;
  const [leaf] = readable ? await readChain(client) : [];
  const output: PartState = {
    ...{
      chipUid: zone.serial,
      via: 'boot-rom',
      lifecycle: lifecycleOf(zone),
      locked: isLocked(zone),
    },
    enrolled: deviceId !== null,
    deviceId,
    certificateFingerprint: leaf === undefined ? null : createHash('sha256').update(leaf).digest('hex'),
    agentLocked: null,
  };
  return { output, measurements: [] };
}
