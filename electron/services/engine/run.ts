import type { MeasurementView } from '#contract/sites.ts';
import type { Progress } from '#drivers/core/operations.ts';
import type { RecipePhase } from '#services/recipe.ts';
import type { ActContext, ActResult, RunMemory } from './act.ts';
import { acts } from './acts.ts';
import { drive, phaseSignal } from './drive.ts';
import { noFacts, withEvidence, type PartFacts } from './facts.ts';
import { classify } from './failures.ts';
import { brokenLimit, judgeMeasurements } from './limits.ts';
import type { EnginePorts, RunJob } from './ports.ts';
import type { RunSpec } from './run-spec.ts';
import { limitsOf } from './quality-gate.ts';
import { concludeFailure, concludeSuccess, unjudged, type RunEnd } from './conclude.ts';

/**
 * One attempt on one unit, from the first phase to its end in the store. Never rejects: whatever happens, the run ends
 * as passed, failed or unknown (docs/run-engine.md tells the order of events).
 */
export async function executeRun(spec: RunSpec, ports: EnginePorts): Promise<RunEnd> {
  const run = new Run(spec, ports);
  try {
    const { phases } = spec.job.recipe;
    for (const [index, phase] of phases.entries()) await run.phase(phase, phases[index + 1] ?? null);
    return await concludeSuccess(spec, ports);
  } catch (error) {
    return concludeFailure(spec, ports, error, run.current).catch((cause: unknown) =>
      unjudged(spec.row.id, cause),
    );
  }
}

class Run {
  current: RecipePhase | null = null;
  private readonly spec: RunSpec;
  private readonly ports: EnginePorts;
  private readonly memory: RunMemory = { csr: null, leaf: null, identityBound: false };
  private facts: PartFacts = noFacts;
  /** From the first intent that cannot be undone on, a person's stop waits: the part must be read first. */
  private committed = false;
  /** The phase whose intent is in the journal already. */
  private announced: string | null = null;

  constructor(spec: RunSpec, ports: EnginePorts) {
    this.spec = spec;
    this.ports = ports;
  }

  /** Intent (durable) -> act -> evidence with measurements against limits, and with it the intent of `next`. */
  async phase(phase: RecipePhase, next: RecipePhase | null): Promise<void> {
    const { tracker, stop, abort, onChange } = this.spec;
    this.current = phase;
    abort.throwIfAborted();
    if (!this.committed) stop.throwIfAborted();
    tracker.begin(phase.id);
    onChange(true);
    if (this.announced !== phase.id) await this.announce(phase);
    if (phase.irreversible && !this.committed) {
      this.committed = true;
      this.spec.onDebited();
    }
    const limit = phaseSignal(phase, this.committed ? [abort] : [stop, abort]);
    const started = this.ports.clock();
    try {
      const result = await acts[phase.operation](this.context(phase, limit.signal));
      await this.evidence(phase, next, result, (this.ports.clock() - started) / 1000);
    } finally {
      limit.dispose();
    }
  }

  private context(phase: RecipePhase, signal: AbortSignal): ActContext {
    const { row, job } = this.spec;
    const onProgress = (progress: Progress) => this.progress(progress);
    return {
      runId: row.id,
      batchId: row.batchId,
      site: row.site,
      phase,
      job,
      facts: this.facts,
      memory: this.memory,
      ports: this.ports,
      drive: (operation, input) => drive(this.ports, row.site, { operation, input, signal, onProgress }),
    };
  }

  private progress(progress: Progress): void {
    this.spec.tracker.progress(progress);
    this.spec.onChange(false);
  }

  private announce(phase: RecipePhase): Promise<number> {
    return this.ports.runs.intent({
      runId: this.spec.row.id,
      phase: phase.id,
      irreversible: phase.irreversible,
      body: intentBody(phase, this.spec.job, this.facts),
    });
  }

  /** The intent that goes with the evidence: none where the run ends here, or the next phase cannot be undone. */
  private ahead(next: RecipePhase | null): { next?: { phase: string; body: Record<string, unknown> } } {
    const { stop, abort, job } = this.spec;
    if (next === null || next.irreversible || stop.aborted || abort.aborted) return {};
    return { next: { phase: next.id, body: intentBody(next, job, this.facts) } };
  }

  private async evidence(
    phase: RecipePhase,
    next: RecipePhase | null,
    result: ActResult,
    seconds: number,
  ): Promise<void> {
    const limits = limitsOf(phase);
    const measurements: MeasurementView[] = judgeMeasurements(result.measurements, limits);
    const { tracker, row, onChange } = this.spec;
    const failure = result.failure ?? brokenLimit(measurements, limits);
    const body = failure === null ? result.body : { ...result.body, failure: classify(failure).code };
    this.facts = withEvidence(this.facts, result.body);
    const ahead = failure === null ? this.ahead(next) : {};
    await this.ports.runs.evidence({
      runId: row.id,
      phase: phase.id,
      body,
      measurements: measurements.map(finite),
      seconds,
      ...ahead,
    });
    this.announced = ahead.next?.phase ?? null;
    tracker.part({ chipUid: this.facts.chipUid, deviceId: this.facts.deviceId });
    if (typeof result.body['attempt'] === 'number') tracker.part({ attempt: result.body['attempt'] });
    if (failure === null) tracker.finish(phase.id, seconds, measurements);
    else tracker.fail(phase.id, 'failed', seconds, measurements);
    // The next phase shows at once what this one has found.
    onChange(failure !== null);
    if (failure !== null) throw failure;
  }
}

/** JSON has no NaN: what could not be computed is stored as a value that no limit holds. */
const finite = (one: MeasurementView): MeasurementView =>
  Number.isFinite(one.value) ? one : { ...one, value: -1, ok: false };

/** What is about to be done, by hash: enough to say later which bytes a part may hold. */
function intentBody(phase: RecipePhase, job: RunJob, facts: PartFacts): Record<string, unknown> {
  return {
    operation: phase.operation,
    params: phase.params,
    job: job.sha256,
    ...(facts.chipUid === null ? {} : { chipUid: facts.chipUid }),
    ...(phase.operation === 'program' || phase.operation === 'verify' ? { image: job.firmware ?? '' } : {}),
  };
}
