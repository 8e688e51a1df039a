import { useState } from 'react';
import type { ErrorView } from '#contract/errors.ts';
import { call } from '#client/client.ts';
import { useAction } from '#client/use-action.ts';
import type { SelfTest } from '#client/views.ts';

export interface SiteActs {
  result: SelfTest | null;
  testing: boolean;
  busy: boolean;
  error: ErrorView | null;
  test: () => void;
  follow: () => void;
  detach: () => void;
}

/** What an engineer does to one site of the bench. */
export function useSiteActs(site: string, onChanged: () => void): SiteActs {
  const [result, setResult] = useState<SelfTest | null>(null);
  const change = useAction();
  const test = useAction();
  const changing = (channel: 'bench.follow' | 'bench.detach') => () =>
    change.run(async () => {
      await call(channel, { site });
      onChanged();
    });
  return {
    ...{ result, testing: test.busy, busy: change.busy || test.busy, error: change.error ?? test.error },
    test: () =>
      test.run(async () => {
        setResult(null);
        setResult(await call('bench.selfTest', { site }));
      }),
    follow: changing('bench.follow'),
    detach: changing('bench.detach'),
  };
}
