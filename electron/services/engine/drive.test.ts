import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DriverHost } from '#drivers/core/host-api.ts';
import type { RecipePhase } from '#services/recipe.ts';
import { stuck } from './conclude.ts';
import { drive, phaseSignal } from './drive.ts';
import { classify } from './failures.ts';
import { RunError } from './run-error.ts';

const phase: RecipePhase = {
  ...{ id: 'program', title: 'Program', operation: 'program', params: {}, limits: [], irreversible: false },
  timeout: 30,
};
/** A driver that has lost its mind: it never answers, whatever it is told. */
const deaf: Pick<DriverHost, 'run'> = { run: () => new Promise(() => undefined) };
const program = (signal: AbortSignal) =>
  drive({ drivers: deaf }, 'A1', {
    ...{ operation: 'program', input: { image: '' }, signal, onProgress: () => undefined },
  }).catch((error: unknown) => error);

describe('a driver that ignores an abort', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is left behind after the grace, and the error says why the phase ended', async () => {
    const limit = phaseSignal(phase, []);
    const ended = program(limit.signal);
    await vi.advanceTimersByTimeAsync(30_000 + 5_000);
    const error = await ended;
    expect(classify(error)).toMatchObject({ code: 'timeout', context: { title: 'Program', seconds: 30 } });
    expect(stuck(error)).toBe(true);
    limit.dispose();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is not waited for where a person takes the part out', async () => {
    const abort = new AbortController();
    const ended = program(abort.signal);
    abort.abort(new RunError('part-removed'));
    await vi.advanceTimersByTimeAsync(5_000);
    const error = await ended;
    expect(classify(error).code).toBe('part-removed');
    expect(stuck(error)).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is never asked once the abort stands', async () => {
    const run = vi.spyOn(deaf, 'run');
    const error = await program(AbortSignal.abort(new RunError('stopped')));
    expect([classify(error).code, stuck(error), run.mock.calls.length]).toEqual(['stopped', false, 0]);
  });
});
