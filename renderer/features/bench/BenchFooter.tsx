import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { useIsLab } from '#client/state/session.ts';
import type { Bench } from '#client/views.ts';
import { Bar } from '#ui/pieces/Bar.tsx';
import { Spring } from '#ui/pieces/layout.tsx';
import { Dim } from '#ui/pieces/text.tsx';
import type { TestAll } from './use-test-all.ts';

const Progress = styled('div')({ flex: 1, maxWidth: 520 });

interface Props {
  bench: Bench | null;
  tests: TestAll;
  onAttach: () => void;
}

/** What a self-test of all sites is at, and the two things that an engineer does here. */
export function BenchFooter({ bench, tests, onAttach }: Props) {
  const lab = useIsLab();
  const testable = bench?.sites.filter((site) => site.port !== '' && !site.lab) ?? [];
  return (
    <>
      {tests.current === null ? (
        <Dim role="status">{summaryOf(tests)}</Dim>
      ) : (
        <Progress role="status">
          <Dim className="num">
            Testing {tests.current}: {tests.results.size + 1} of {tests.total}
          </Dim>
          <Bar value={tests.results.size / tests.total} label="Sites tested" />
        </Progress>
      )}
      <Spring />
      {lab ? (
        <>
          {tests.current === null ? (
            <Button disabled={testable.length === 0} onClick={() => tests.run(testable)}>
              Test all sites
            </Button>
          ) : (
            <Button onClick={tests.stop}>Stop after {tests.current}</Button>
          )}
          <Button variant="contained" disabled={!bench} onClick={onAttach}>
            Attach a board
          </Button>
        </>
      ) : null}
    </>
  );
}

function summaryOf({ results, total }: TestAll): string {
  if (total === 0)
    return 'A self-test opens the port, resets the part and reads who it is. It changes nothing on the part.';
  const bad = [...results].filter(([, { ok }]) => !ok).map(([site]) => site);
  const left = total - results.size;
  const rest = left === 0 ? '' : ` ${left} not tested.`;
  if (bad.length === 0) return `${left === 0 ? 'All ' : ''}${results.size} sites are fine.${rest}`;
  return `${bad.length} of ${results.size} sites are not fine: ${bad.join(', ')}.${rest}`;
}
