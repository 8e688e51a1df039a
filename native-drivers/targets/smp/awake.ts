import { DriverError } from '#drivers/core/errors.ts';
import type { SmpClient } from '#drivers/protocols/smp/client.ts';
import { SmpGroup, SmpOp } from '#drivers/protocols/smp/constants.ts';
import { EnrolmentCommand, infoResponse } from '#drivers/protocols/smp/enrolment.ts';
import { isUnsupported, readSlots, type SlotInfo } from '#drivers/protocols/smp/image-group.ts';
import type { z } from 'zod';

/** Who answers: MCUboot's serial recovery, or the SMP server of the application. */
export type Way = 'recovery' | 'application';
export type AgentInfoMap = z.infer<typeof infoResponse>;

export interface Awake {
  client: SmpClient;
  way: Way;
  /** Largest packet with its length and CRC. */
  bufferBytes: number;
  /** Requests at once. */
  window: number;
  slots: SlotInfo[];
  /** Null: nobody here answers the enrolment group. */
  info: AgentInfoMap | null;
}

/**
 * Of a target that does not tell: three lines of 127 bytes, which fit the smallest buffers that were found in public
 * builds (Zephyr, CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE of 384; MCUboot, MCUBOOT_SERIAL_MAX_RECEIVE_SIZE of 512).
 */
const UNTOLD_BUFFER_BYTES = 279;
/** A question that a build may not know: an old boot loader is silent to it. */
const OPTIONAL = { timeoutMs: 600, attempts: 2 };

/** All that a target tells of itself beside its images. */
export async function learn(client: SmpClient, way: Way, signal: AbortSignal): Promise<Awake> {
  const told = await optional(() => client.parameters({ ...OPTIONAL, signal }));
  const slots = (await optional(() => readSlots(client, { ...OPTIONAL, signal }))) ?? [];
  const info = await optional(() => agentInfo(client, signal));
  const bufferBytes = told?.bufferBytes ?? UNTOLD_BUFFER_BYTES;
  // One buffer is for the answer.
  return { client, way, bufferBytes, window: Math.max(1, (told?.buffers ?? 1) - 1), slots, info };
}

/** Info of the enrolment group: the one place where a unique id can be had over SMP; no standard group has one. */
async function agentInfo(client: SmpClient, signal: AbortSignal): Promise<AgentInfoMap | null> {
  const request = { op: SmpOp.read, group: SmpGroup.enrolment, command: EnrolmentCommand.info } as const;
  const result = infoResponse.safeParse(await client.request({ ...request, ...OPTIONAL, signal }));
  // Groups from 64 are every maker's own: another one's answer is no identity.
  return result.success ? result.data : null;
}

async function optional<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (isUnsupported(error) || (error instanceof DriverError && error.code === 'no-answer')) return null;
    throw error;
  }
}
