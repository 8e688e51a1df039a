import { StoreError, type StoreErrorCode } from '#store/errors.ts';
import { AppError } from '#contract/errors.ts';

interface Failure {
  title: string;
  text: string;
}

type Told = Partial<Record<StoreErrorCode, (context: StoreError['context']) => Failure>>;

const told: Told = {
  'second-start': ({ pid, since }) => ({
    title: 'This station is already running.',
    text: `Process ${pid ?? '?'} has had its data folder open since ${since ?? '?'}. Use that window, or stop it first. Nothing was changed.`,
  }),
  'newer-database': () => ({
    title: 'This data folder was written by a newer Rootline.',
    text: 'Start the newer version. Nothing was changed.',
  }),
  'disk-full': () => ({
    title: 'The disk is full.',
    text: 'Free some space and start again. Nothing that was booked is lost.',
  }),
  corrupt: () => ({
    title: 'The database of this station is damaged.',
    text: 'Do not delete anything. Restore the newest file from the folder "backups", or call an engineer.',
  }),
};

/** Why the station did not start, in words for the person who started it. */
export function startupFailure(error: unknown): Failure {
  if (error instanceof StoreError) {
    const tell = told[error.code];
    if (tell !== undefined) return tell(error.context);
  }
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'EADDRINUSE') {
    return { title: 'The port is in use by another program.', text: 'Choose another with --port, or none.' };
  }
  if (error instanceof AppError) return { title: error.view.what, text: error.view.next };
  const text = error instanceof Error ? error.message : String(error);
  return { title: 'The station did not start.', text };
}
