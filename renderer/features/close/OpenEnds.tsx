import type { BatchView } from '#contract/batches.ts';
import { useIsLab } from '#client/state/session.ts';
import { count } from '#ui/format.ts';
import { Notice } from '#ui/pieces/Notice.tsx';

const units = (n: number): string => `${count(n)} ${n === 1 ? 'unit' : 'units'}`;

const readBackAdvice = (lab: boolean): string =>
  `Put the part back and press Read back${lab ? ', or close and leave it booked as not known.' : ', or ask an engineer.'}`;

/** What still stands against closing, and what to do about it. */
export function OpenEnds({ batch }: { batch: BatchView }) {
  const { running, unknown, made } = batch.counts;
  const lab = useIsLab();
  const open = batch.state !== 'closed';
  return (
    <>
      {running > 0 ? (
        <Notice tone="run" role="status">
          <b>{units(running)} still running.</b> Wait until they are done, or stop them on the sites.
        </Notice>
      ) : null}
      {unknown > 0 ? (
        <Notice tone="unknown" role="status">
          <b>{units(unknown)} to be read back.</b> Locked or not: nobody knows.{' '}
          {open ? readBackAdvice(lab) : 'Booked as not known.'}
        </Notice>
      ) : null}
      {open && made < batch.quantity ? (
        <Notice tone="idle">
          <b>{units(batch.quantity - made)} of the order not made.</b> Closing now leaves the order short;
          what was not used of the allowance stays with the job.
        </Notice>
      ) : null}
    </>
  );
}
