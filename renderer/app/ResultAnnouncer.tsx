import { inFixtureOrder, useSites } from '#client/state/sites.ts';
import { wordOf } from '#ui/outcome/outcome.ts';
import { Spoken } from '#ui/pieces/text.tsx';

const RESULTS = new Set(['passed', 'failed', 'unknown']);

/** Tells a screen reader each result as it comes. */
export function ResultAnnouncer() {
  const entries = useSites((s) => s.entries);
  const results = inFixtureOrder(entries).filter(({ view }) => RESULTS.has(view.state));
  return (
    <Spoken role="log" aria-label="Results">
      {results.map(({ view }) => (
        <span key={`${view.id} ${view.run?.id ?? ''} ${view.state}`}>
          Site {view.id}: {wordOf(view)}.{' '}
        </span>
      ))}
    </Spoken>
  );
}
