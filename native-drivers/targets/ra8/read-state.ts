import { DriverError } from '#drivers/core/errors.ts';
import type { Lifecycle, OperationContext, OperationResult, PartState } from '#drivers/core/operations.ts';
import { isSilence } from '#drivers/protocols/ra-boot/client.ts';
import { read } from '#drivers/protocols/ra-boot/memory.ts';
import { quiet } from './agent.ts';
import { lifecycleOf } from './identify.ts';
import { areasOf, type RaRom } from '../ra-common/ra-rom.ts';
import type { Ra8Part } from './part.ts';

/** One phrase of code flash: enough of the vector table to tell blank from programmed. */
const VECTORS = 128;
const ERASED = 0xff;

/**
 * Reads what the part is and changes nothing but a reset. Two voices are asked:
 * - the boot ROM: life cycle, protection. Silent in LCK_BOOT, and in no other state.
 * - the agent: identity, its own lock; in LCK_BOOT the life cycle too, which it reads from the chip's registers.
 * A blank part has no agent and none is waited for. After an attempt to lock, the agent is asked first, as a silent
 * ROM is likely then.
 */
export async function readState(
  part: Ra8Part,
  context: OperationContext,
): Promise<OperationResult<'read-state'>> {
  if (part.expectsLock) {
    const agent = await askAgent(part, context.signal);
    if (agent?.lifecycle.dlm === 'LCK_BOOT') return result(agent, agent.lifecycle);
  }
  const rom = await askRom(part, context.signal);
  if (rom === null) {
    const agent = await agentState(part, context.signal);
    return result(agent, agent.lifecycle);
  }
  const agent = rom.blank ? null : await askAgent(part, context.signal);
  return result({ ...(agent ?? UNKNOWN), chipUid: rom.chipUid, via: 'boot-rom' }, rom.lifecycle);
}

/** What nobody told: no firmware, or none that answers. */
const UNKNOWN = { enrolled: null, deviceId: null, certificateFingerprint: null, agentLocked: null };

/** `locked` is what the life cycle says, never what was asked of the chip. */
function result(
  state: Omit<PartState, 'lifecycle' | 'locked'>,
  lifecycle: Lifecycle,
): OperationResult<'read-state'> {
  const { chipUid, via, enrolled, deviceId, certificateFingerprint, agentLocked } = state;
  const locked = lifecycle.dlm === 'LCK_BOOT';
  const identity = { enrolled, deviceId, certificateFingerprint, agentLocked };
  return { output: { chipUid, via, lifecycle, locked, ...identity }, measurements: [] };
}

async function askRom(part: Ra8Part, signal: AbortSignal) {
  const rom = await unlessSilent(part.useRom(signal));
  if (rom === null) return null;
  const lifecycle = await lifecycleOf(rom.client);
  return { chipUid: rom.signature.chipUid, lifecycle, blank: await isBlank(part, rom, signal) };
}

async function isBlank(part: Ra8Part, rom: RaRom, signal: AbortSignal): Promise<boolean> {
  const code = (await areasOf(part, rom)).find(({ kind }) => kind === 'code');
  if (code === undefined) return false;
  let blank = true;
  const range = { start: code.start, end: code.start + VECTORS - 1 };
  const look = (bytes: Uint8Array) => {
    blank &&= bytes.every((byte) => byte === ERASED);
  };
  try {
    await read(rom.client, range, { signal, progress: () => undefined }, look);
  } catch (error) {
    // A protected part does not show its flash: it was programmed, or it would not be protected.
    if (error instanceof DriverError && error.code !== 'port-gone' && !isSilence(error)) return false;
    throw error;
  }
  return blank;
}

async function agentState(part: Ra8Part, signal: AbortSignal): Promise<PartState> {
  const { session } = await part.useAgent(signal);
  return (await session.readState(quiet(signal))).output;
}

function askAgent(part: Ra8Part, signal: AbortSignal): Promise<PartState | null> {
  return unlessSilent(agentState(part, signal));
}

async function unlessSilent<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof DriverError && isSilence(error)) return null;
    throw error;
  }
}
