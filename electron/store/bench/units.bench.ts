import { rm } from 'node:fs/promises';
import type { Store } from '../api.ts';
import { temporaryFolder } from '../fixtures.ts';
import { openStore } from '../open.ts';
import { chipUidOf, deviceIdOf, fillUnits } from './fill-units.ts';

export interface BenchRow {
  name: string;
  value: number;
  unit: string;
  goal: string;
}

const ROUNDS = 200;
type Query = Parameters<Store['units']['search']>[0];
const all: Query = { text: '', outcome: null, batchId: null, after: null, limit: 50 };

/** 95th percentile, ms, of calls as a service sees them: through both threads. */
async function p95(rounds: number, call: (round: number) => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await call(round);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return times[Math.floor(times.length * 0.95)] ?? 0;
}

async function measure(store: Store, count: number): Promise<BenchRow[]> {
  const any = (round: number): number => 1 + ((round * 7919) % count);
  const lookups: [string, (round: number) => Promise<unknown>][] = [
    ['unit by device id', (round) => store.units.get(deviceIdOf(any(round)))],
    ['unit by chip UID', (round) => store.units.get(`uid:${chipUidOf(any(round))}`)],
    ['search by whole device id', (round) => store.units.search({ ...all, text: deviceIdOf(any(round)) })],
  ];
  const pages: [string, Partial<Query>][] = [
    ['first page, all units', {}],
    ['first page, failed units', { outcome: 'failed' }],
    ['first page, failed units of an early batch', { outcome: 'failed', batchId: batchOf(2) }],
    ['first page, unknown units', { outcome: 'unknown' }],
    ['first page, an early lot', { text: 'LOT-2' }],
    ['first page, 2 digits of a device id', { text: 'a7' }],
    ['first page, a prefix that all chips share', { text: '53A1' }],
    ['first page, that prefix and failed', { text: '53A1', outcome: 'failed' }],
  ];
  const rows: BenchRow[] = [];
  for (const [name, call] of lookups) {
    rows.push({ name, value: await p95(ROUNDS, call), unit: 'ms, p95', goal: '< 5' });
  }
  for (const [name, query] of pages) {
    const value = await p95(20, () => store.units.search({ ...all, ...query }));
    rows.push({ name, value, unit: 'ms, p95', goal: '< 50' });
  }
  return rows;
}

const batchOf = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

/** Look-ups and first pages in a store of `count` units, made in a temporary folder and removed again. */
export async function benchUnits(count = 1_000_000): Promise<BenchRow[]> {
  const dataDir = await temporaryFolder();
  try {
    await (await openStore({ dataDir })).close();
    fillUnits(dataDir, count);
    const store = await openStore({ dataDir });
    const rows = await measure(store, count);
    await store.close();
    return rows;
  } finally {
    await rm(dataDir, { recursive: true });
  }
}
