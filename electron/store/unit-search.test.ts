import { rm } from 'node:fs/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UnitRow } from '#contract/units.ts';
import type { Store } from './api.ts';
import { fillUnits } from './bench/fill-units.ts';
import { beginRun, openBatch, temporaryFolder } from './fixtures.ts';
import { openStore } from './open.ts';

type Query = Parameters<Store['units']['search']>[0];
const everything: Query = { text: '', outcome: null, batchId: null, after: null, limit: 50 };

let dataDir: string;
let store: Store;
let all: UnitRow[];

/** Follows the cursor to the end. */
async function collect(query: Query): Promise<UnitRow[]> {
  const rows: UnitRow[] = [];
  for (let after = query.after; ;) {
    const page = await store.units.search({ ...query, after });
    rows.push(...page.rows);
    if (page.cursor === null) return rows;
    after = page.cursor;
  }
}

/** The filter, said plainly. */
function matches(unit: UnitRow, { text, outcome, batchId }: Query): boolean {
  const texts = [unit.deviceId, unit.chipUid, unit.serial, unit.lot];
  const found = texts.some((value) => value?.toLowerCase().startsWith(text.toLowerCase()));
  return (
    found && (outcome === null || unit.outcome === outcome) && (batchId === null || unit.batchId === batchId)
  );
}

beforeAll(async () => {
  dataDir = await temporaryFolder();
  await (await openStore({ dataDir })).close();
  // Two batches, the first of them beyond the bound at which a prefix counts as broad.
  fillUnits(dataDir, 20_600);
  store = await openStore({ dataDir });
  all = await collect({ ...everything, limit: 200 });
});
afterAll(async () => {
  await store.close();
  await rm(dataDir, { recursive: true });
});

describe('the list of units', () => {
  it('is paged without a gap or a double, with its total from counters', async () => {
    expect(new Set(all.map(({ id }) => id)).size).toBe(20_600);
    const failed = { ...everything, outcome: 'failed' as const };
    const first = await store.units.search(failed);
    expect(first.total).toBe(all.filter(({ outcome }) => outcome === 'failed').length);
  });

  it('finds what the plain filter finds, for any prefix and filter', async () => {
    const batches = [...new Set(all.map(({ batchId }) => batchId))];
    const texts = fc
      .record({
        unit: fc.nat(all.length - 1).map((index) => all[index]!),
        column: fc.constantFrom('deviceId', 'chipUid', 'serial', 'lot'),
        length: fc.nat(40),
        upper: fc.boolean(),
      })
      .map(({ unit, column, length, upper }) => {
        const text = String(unit[column as keyof UnitRow]).slice(0, length);
        return upper ? text.toUpperCase() : text;
      });
    const query = fc.record({
      text: fc.oneof(texts, fc.constantFrom('', '%', '_', "'", '\u{10FFFF}', 'zz')),
      outcome: fc.constantFrom(null, 'passed' as const, 'failed' as const, 'unknown' as const),
      batchId: fc.constantFrom(null, ...batches, '00000000-0000-4000-8000-00000000ffff'),
    });
    await fc.assert(
      fc.asyncProperty(query, async (part) => {
        const asked = { ...everything, ...part };
        const expected = all.filter((unit) => matches(unit, asked));
        const first = await store.units.search(asked);
        expect(first.rows).toEqual(expected.slice(0, asked.limit));
        const cursor = first.cursor;
        expect(cursor === null).toBe(expected.length <= asked.limit);
        if (cursor === null) return;
        const second = await store.units.search({ ...asked, after: cursor });
        expect(second.rows).toEqual(expected.slice(asked.limit, 2 * asked.limit));
      }),
      { numRuns: 60 },
    );
  });

  it('brings a unit with a new attempt to the top, under its device id', async () => {
    const batch = await openBatch(store);
    const old = all.find(({ outcome }) => outcome === 'failed')!;
    const run = await beginRun(store, batch, old.chipUid!);
    const deviceId = 'e'.repeat(64);
    await store.runs.enrolled({ runId: run.id, deviceId, publicKeySha256: 'c'.repeat(64) });
    const top = await store.units.search({ ...everything, limit: 1 });
    expect(top.rows).toMatchObject([{ id: deviceId, attempts: 2, outcome: 'running', lot: batch.lot }]);
    expect((await store.units.search({ ...everything, outcome: 'running' })).total).toBe(1);
    expect((await store.units.get(`uid:${old.chipUid!.toLowerCase()}`))?.unit.id).toBe(deviceId);
  });
});
