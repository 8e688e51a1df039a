import { useEffect, useRef, useState } from 'react';
import { call, viewOf } from '#client/client.ts';
import type { BenchSite, SelfTest } from '#client/views.ts';

export interface TestAll {
  /** Results by site, of the last run. */
  results: ReadonlyMap<string, SelfTest>;
  /** The site that is tested now. */
  current: string | null;
  /** How many are to be tested in all. */
  total: number;
  run: (sites: readonly BenchSite[]) => void;
  /** After the site that is tested now. */
  stop: () => void;
}

/** Self-tests one site after the other: a power supply has to feed them all, and a person reads along. */
export function useTestAll(): TestAll {
  const [results, setResults] = useState<ReadonlyMap<string, SelfTest>>(new Map());
  const [current, setCurrent] = useState<string | null>(null);
  const [total, setTotal] = useState(0);
  const running = useRef<AbortController | null>(null);
  const stop = () => running.current?.abort();
  // Nobody reads along on another screen.
  useEffect(() => () => running.current?.abort(), []);
  const test = async (sites: readonly BenchSite[]) => {
    const { signal } = (running.current = new AbortController());
    setResults(new Map());
    setTotal(sites.length);
    for (const { id } of sites) {
      if (signal.aborted) break;
      setCurrent(id);
      const result = await call('bench.selfTest', { site: id }).catch(refusal);
      setResults((before) => new Map(before).set(id, result));
    }
    setCurrent(null);
  };
  return { results, current, total, run: (sites) => void test(sites), stop };
}

/** A site that cannot be tested now says why, as a step. */
function refusal(error: unknown): SelfTest {
  const { what, next } = viewOf(error);
  return { ok: false, steps: [{ title: 'Self-test', state: 'failed', detail: `${what} ${next}` }] };
}
