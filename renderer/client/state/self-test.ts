import { create } from 'zustand';
import type { SelfTestView } from '#contract/bench.ts';

type Steps = SelfTestView['steps'];

/** What the self-test of each site has done so far, as last told. */
export const useSelfTests = create<{ bySite: ReadonlyMap<string, Steps> }>()(() => ({ bySite: new Map() }));

export function putTest({ site, steps }: SelfTestView): void {
  useSelfTests.setState(({ bySite }) => ({ bySite: new Map(bySite).set(site, steps) }));
}
