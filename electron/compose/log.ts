import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Log {
  /** A defect of ours, under the reference that the screen shows. */
  defect: (reference: string, channel: string, error: unknown) => void;
}

/** `station.log` in the data folder: stack traces only, never what a request carried. */
export function createLog(dataDir: string): Log {
  const file = join(dataDir, 'station.log');
  return {
    defect(reference, channel, error) {
      const stack =
        error instanceof Error ? (error.stack ?? error.message) : 'a value that is no error was thrown';
      const line = `${new Date().toISOString()} ${reference} ${channel}\n${stack}\n`;
      try {
        appendFileSync(file, line, { mode: 0o600 });
      } catch {
        // A full disk must not turn a report into a second failure; the terminal still shows it.
      }
      process.stderr.write(line);
    },
  };
}
