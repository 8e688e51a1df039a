import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestStation, type TestStation } from './harness.ts';

const SITES = ['A1', 'A2', 'A3', 'A4'];

describe('a batch on four sites', () => {
  let test: TestStation;
  beforeAll(async () => {
    test = await startTestStation({ sites: 4 });
  });
  afterAll(async () => test.dispose());

  it('makes eight units, two on each site, and adds up', async () => {
    const batch = await test.openBatch(8);
    const make = async (site: string) => {
      for (let made = 0; made < 2; made += 1) {
        await test.until(site, 'empty');
        await test.hands.insert(site);
        const view = await test.until(site, 'passed', 'failed', 'unknown');
        expect(view.run?.error ?? view.error).toBeNull();
        expect(view.state).toBe('passed');
        expect(view.run?.phases.every((phase) => phase.state === 'done')).toBe(true);
        await test.hands.remove(site);
      }
    };
    await Promise.all(SITES.map(make));
    const { counts, yield: rate } = await test.call('batches.get', { batchId: batch.id });
    expect(counts).toEqual({ made: 8, failed: 0, unknown: 0, running: 0, attempts: 8, debited: 8 });
    expect(rate).toBe(1);
    expect(test.defects).toEqual([]);
    const { rows } = await test.store.units.passedOfBatch(batch.id, null, 10);
    const journals = await Promise.all(rows.map(({ id }) => test.store.runs.journal(id)));
    const challenges = journals.flatMap((journal) =>
      journal.map(({ body }) => body['challenge'] ?? []).flat(),
    );
    expect(new Set(challenges).size).toBe(8);
  });
});
