import type { LabAct } from '#contract/lab.ts';
import type { TargetFacts } from '#drivers/artefacts/job-tools.ts';
import type { OperationName } from '#drivers/core/operations.ts';
import type { DriverAct } from './acts.ts';

type Act = LabAct['operation'];

/** Everything that the lab offers, where the target has it. */
const ACTS = [
  ...([
    'identify',
    'read-state',
    'boot-application',
    'start-firmware',
    'read-memory',
    'write-memory',
  ] as const),
  ...(['initialize', 'enrol', 'protect', 'move-lifecycle', 'inject-key', 'generate-key'] as const),
  ...(['set-user-key', 'burn', 'lock'] as const),
] satisfies Act[];

/** Can never be undone, or loses what is on the part: always asks for the unique id, whatever the target says. */
const DESTRUCTIVE: readonly OperationName[] = ['lock', 'burn', 'protect', 'move-lifecycle', 'initialize'];

/** Changes the part: its state is read back afterwards. */
const HARMLESS: readonly OperationName[] = [
  ...(['identify', 'read-state', 'boot-application', 'start-firmware', 'read-memory'] as const),
];

export const actsOf = ({ operations }: TargetFacts): Act[] => ACTS.filter((act) => operations.includes(act));

export const changes = (operation: OperationName): boolean => !HARMLESS.includes(operation);

/** The target may add to the list, never take from it. */
export function isIrreversible(
  target: TargetFacts,
  { operation, params }: Pick<DriverAct, 'operation' | 'params'>,
): boolean {
  return DESTRUCTIVE.includes(operation) || target.isForEver?.(operation, params) === true;
}
