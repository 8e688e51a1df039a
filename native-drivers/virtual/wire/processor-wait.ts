import { openSync, readSync } from 'node:fs';

/** Second field: nanoseconds ready to run and not running (Linux, Documentation/scheduler/sched-stats.rst). */
const FIELDS = /^\d+ (\d+) /;
const LONGEST_LINE = 96;

/**
 * How long this thread has waited for a processor since it began, in nanoseconds; null where the system does not
 * count it. On a busy machine this is what tells a slow program from one that was not let run.
 */
export function processorWait(): () => number | null {
  const file = openCounter();
  if (file === null) return () => null;
  const line = Buffer.alloc(LONGEST_LINE);
  return () => {
    const [, wait] = FIELDS.exec(line.toString('latin1', 0, readSync(file, line, 0, LONGEST_LINE, 0))) ?? [];
    return wait === undefined ? null : Number(wait);
  };
}

function openCounter(): number | null {
  try {
    return openSync('/proc/thread-self/schedstat', 'r');
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
}
