import type { LabView } from '#contract/lab.ts';
import type { ChipIdentity, OperationName, PartState } from '#drivers/core/operations.ts';
import { resultLine } from './acts.ts';
import { changes } from './irreversible.ts';

/** Who the part said it is, in the state that it was in last; null where another one answered since. */
export const asLastRead = (identity: ChipIdentity, { chipUid, lifecycle }: PartState): ChipIdentity | null =>
  chipUid === identity.chipUid ? { ...identity, lifecycle } : null;

export const seen = (state: PartState | null): Record<string, unknown> =>
  state === null ? {} : { lifecycle: state.lifecycle, locked: state.locked, chipUid: state.chipUid };

export function withReadBack(line: string, operation: OperationName, state: PartState | null): string {
  if (!changes(operation)) return line;
  const after = state === null ? 'not read back' : `read back: ${resultLine('read-state', state, {})}`;
  return `${line}; ${after}`.slice(0, 400);
}

export function identityView({
  chipUid,
  product,
  maxBaudRate,
  lifecycle,
  areas,
}: ChipIdentity): LabView['identity'] {
  return { chipUid, product, maxBaudRate, lifecycle, areas };
}

export function stateView(state: PartState): LabView['state'] {
  const { locked, enrolled, deviceId, certificateFingerprint, agentLocked } = state;
  return { locked, enrolled, deviceId, certificateFingerprint, agentLocked };
}
