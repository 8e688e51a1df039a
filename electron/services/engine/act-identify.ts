import type { Lifecycle } from '#drivers/core/operations.ts';
import type { Act, ActContext } from './act.ts';
import { classify } from './failures.ts';
import { RunError } from './run-error.ts';

/** Refused by the site before the part is touched: set up for another chip, or wired in another way than the job asks. */
function refuseSite({ job, ports, site }: ActContext): void {
  const place = ports.place?.(site) ?? null;
  if (place === null) return;
  const { target, fixture } = job.recipe;
  if (place.target !== target)
    throw new RunError('wrong-site', { expected: target, found: place.target }, { chip: 'untouched' });
  const wanted = fixture?.control ?? 'any';
  if (fits(wanted, place.control)) return;
  const context = { expected: wanted, found: place.control ?? 'none' };
  throw new RunError('fixture-control', context, { chip: 'untouched' });
}

/** A job may come from afar: only a program of the station's own list is ever started. */
export async function refuseTool({ job, ports }: Pick<ActContext, 'job' | 'ports'>): Promise<void> {
  const { tool } = job.recipe;
  if (tool === undefined || (await ports.toolAllowed?.(tool)) === true) return;
  throw new RunError('tool-not-allowed', { tool: tool.path, sha256: tool.sha256 }, { chip: 'untouched' });
}

/** The virtual bench drives reset and mode pin itself, as relays and modem lines do: it stands for either. */
export function fits(wanted: string, control: string | null): boolean {
  if (wanted === 'any') return true;
  return control === wanted || (control === 'bench' && wanted !== 'operator');
}

/**
 * This station has begun to make the part before: what it finds on it may be its own. A run that was refused when the
 * part was identified is no beginning: a part that is put in again and again does not become ours by it.
 */
async function isOurs({ runId, ports }: ActContext, chipUid: string, attempt: number): Promise<boolean> {
  if (attempt === 1) return false;
  const runs = (await ports.history?.(chipUid)) ?? null;
  if (runs === null) return true;
  for (const { id } of runs) {
    if (id === runId) continue;
    const begun = (await ports.runs.journal(id)).filter(({ kind }) => kind === 'intent');
    if (begun.length > 1) return true;
  }
  return false;
}

/** A part that is closed says who it is: the store knows whether it was made here, or still waits to be read back. */
async function refuseClosed(context: ActContext, error: unknown): Promise<never> {
  const { runId, ports } = context;
  const { code, context: told } = classify(error);
  const chipUid = told['chipUid'];
  if ((code !== 'locked' && code !== 'protected') || typeof chipUid !== 'string' || chipUid === '')
    throw error;
  const { attempt } = await ports.runs.identified(runId, chipUid);
  if (code === 'protected' || (await isOurs(context, chipUid, attempt))) throw error;
  const found = String(told['dlm'] ?? 'locked');
  throw new RunError('provisioned-elsewhere', { chipUid, found }, { chip: 'locked', cause: error });
}

/** A part that this station has never begun, and that is not as it left its maker, belongs to somebody: nothing is done to it. */
async function refuseProvisioned({ job, drive }: ActContext, lifecycle: Lifecycle): Promise<void> {
  const { fresh, operations } = job.target;
  if (fresh !== undefined && !fresh.includes(lifecycle.dlm))
    throw new RunError('provisioned-elsewhere', { found: lifecycle.dlm });
  if (!operations.includes('enrol')) return;
  const { enrolled, agentLocked } = (await drive('read-state', {})).output;
  if (enrolled === true) throw new RunError('provisioned-elsewhere', { found: 'enrolled' });
  if (agentLocked === true) throw new RunError('provisioned-elsewhere', { found: 'locked agent' });
}

export const identify: Act = async (context) => {
  const { runId, job, ports, drive } = context;
  const { target, tool } = job.recipe;
  refuseSite(context);
  await refuseTool(context);
  const input = { target, ...(tool === undefined ? {} : { tool }) };
  const { output, measurements } = await drive('identify', input).catch((error: unknown) =>
    refuseClosed(context, error),
  );
  if (output.target !== target) {
    throw new RunError(
      'wrong-chip',
      { product: output.product, target: output.target },
      { chip: 'untouched' },
    );
  }
  if (output.chipUid === '') throw new RunError('no-identity', {}, { chip: 'untouched' });
  const { attempt } = await ports.runs.identified(runId, output.chipUid);
  if (!(await isOurs(context, output.chipUid, attempt))) await refuseProvisioned(context, output.lifecycle);
  const { chipUid, product, lifecycle, maxBaudRate } = output;
  return { body: { chipUid, product, lifecycle, maxBaudRate, attempt }, measurements };
};
