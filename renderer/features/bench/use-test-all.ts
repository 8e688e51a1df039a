import { useState } from 'react';
import { call, viewOf } from '#client/client.ts';
import type { BenchSite, SelfTest } from '#client/views.ts';

export interface TestAll {
  /** Results by site, of the last run. */
  results: ReadonlyMap<string, SelfTest>;
  /** The site that is tested now. */
  current: string | null;
  run: (sites: readonly BenchSite[]) => void;
}

/** Self-tests one site after the other: a power supply has to feed them all, and a person reads along. */
export function useTestAll(): TestAll {
  const [results, setResults] = useState<ReadonlyMap<string, SelfTest>>(new Map());
  const [current, setCurrent] = useState<string | null>(null);
  const test = async (sites: readonly BenchSite[]) => {
    setResults(new Map());
    for (const { id } of sites) {
      setCurrent(id);
      const result = await call('bench.selfTest', { site: id }).catch(refusal);
      setResults((before) => new Map(before).set(id, result));
    }
    setCurrent(null);
  };
  return { results, current, run: (sites) => void test(sites) };
}

/** A site that cannot be tested now says why, as a step. */
function refusal(error: unknown): SelfTest {
  const { what, next } = viewOf(error);
  return { ok: false, steps: [{ title: 'Self-test', state: 'failed', detail: `${what} ${next}` }] };
}
