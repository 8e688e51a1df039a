import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openRig, type TargetRig } from '#drivers/targets/target-rig.test-support.ts';
import type { OperationInput, OperationName } from '#drivers/core/operations.ts';
import type { Recipe, RecipePhase } from '#services/recipe.ts';
import type { ActContext } from './act.ts';
import { acts } from './acts.ts';
import { noFacts } from './facts.ts';
import type { EnginePorts, RunJob } from './ports.ts';

/** Inputs as they were handed to the driver: the same bytes, not a copy of them. */
const handed: unknown[] = [];
let rig: TargetRig;

const recipe = { format: 'rootline-job/2', target: 'nxp-puf', artefacts: {} } as Recipe;

function contextOf(
  operation: RecipePhase['operation'],
  params: RecipePhase['params'],
  { ports = {}, job = {} }: { ports?: Partial<EnginePorts>; job?: Partial<Recipe> } = {},
): ActContext {
  const phase = { ...{ id: operation, title: operation, operation, params }, limits: [], irreversible: true };
  return {
    ...{
      runId: 'r',
      batchId: 'b',
      site: 'A1',
      phase: { ...phase, timeout: 5 },
      facts: noFacts,
      ports: ports as EnginePorts,
    },
    job: {
      ...{ recipe: { ...recipe, ...job }, sha256: '', firmware: null, files: new Map() },
      target: { operations: [] },
    } satisfies RunJob,
    memory: { csr: null, leaf: null, identityBound: false },
    drive: async <K extends OperationName>(name: K, input: OperationInput<K>) => {
      handed.push(input);
      // Between station and driver lies a process: what the driver wipes is its own copy.
      const output = await rig.run(name, structuredClone(input));
      return { output, measurements: [] };
    },
  };
}

beforeAll(async () => {
  rig = await openRig('nxp-puf');
});
afterAll(() => rig.close());
beforeEach(async () => {
  handed.length = 0;
  await rig.renew();
  await rig.run('identify', { target: 'nxp-puf' });
});

describe('set-user-key', () => {
  it('draws a key for this part, wipes it, and tells nobody what it was', async () => {
    await rig.run('enrol', {});
    const context = contextOf('set-user-key', { slot: 'USERKEK', bytes: 32, inClear: true });
    const { body } = await acts['set-user-key'](context);
    expect(body).toEqual({ slot: 'USERKEK', keyBytes: 32, verified: true });
    const [{ key }] = handed as [{ key: Uint8Array }];
    expect(key).toEqual(new Uint8Array(32));
    const { bytes } = await rig.run('read-memory', { address: 0x9e600 + 0x4e8, length: 4 });
    expect(Buffer.from(bytes).toString('hex')).toBe('59595959');
  });

  it('wipes it also where the part takes none', async () => {
    const context = contextOf('set-user-key', { slot: 'USERKEK', bytes: 16, inClear: true });
    await expect(acts['set-user-key'](context)).rejects.toMatchObject({ code: 'wrong-state' });
    const [{ key }] = handed as [{ key: Uint8Array }];
    expect(key).toEqual(new Uint8Array(16));
  });
});

describe('generate-key', () => {
  it('says which slot holds a key of how many bytes, as the part confirms it', async () => {
    await rig.run('enrol', {});
    const { body } = await acts['generate-key'](contextOf('generate-key', { slot: 'UDS', bytes: 32 }));
    expect(body).toEqual({ slot: 'UDS', keyBytes: 32, verified: true });
  });
});

describe('identify', () => {
  const placed = (target: string, control: 'operator' | 'relay' | 'bench' | null) => ({
    ports: { place: () => ({ target, control }) },
  });

  it('asks nothing of a part in a site of another chip, or one that is wired otherwise than the job asks', async () => {
    const identify = (where: ReturnType<typeof placed>, job: Partial<Recipe> = {}) =>
      acts.identify(contextOf('identify', {}, { ...where, job }));
    await expect(identify(placed('rx65n', 'bench'))).rejects.toMatchObject({
      ...{ code: 'wrong-site', chip: 'untouched', context: { expected: 'nxp-puf', found: 'rx65n' } },
    });
    const fixture = { control: 'relay' } as const;
    await expect(identify(placed('nxp-puf', 'operator'), { fixture })).rejects.toMatchObject({
      ...{ code: 'fixture-control', chip: 'untouched', context: { expected: 'relay', found: 'operator' } },
    });
    await expect(identify(placed('nxp-puf', null), { fixture })).rejects.toMatchObject({
      code: 'fixture-control',
    });
    expect(handed).toEqual([]);
  });
});
