import { spawn, type ChildProcess } from 'node:child_process';
import { DriverError } from '#drivers/core/errors.ts';

/** A line of a tool that is longer is cut: nobody reads it, and no template needs it. */
const LONGEST_LINE = 1024;
/** The end of what a tool said, for the person who has to find out. */
const KEPT_LINES = 12;
/** After a request to end, milliseconds; then it is ended. */
const GRACE_MS = 2000;

export interface ToolRun {
  path: string;
  args: readonly string[];
  /** Working folder: an empty one of its own. */
  folder: string;
  timeoutMs: number;
  signal: AbortSignal;
  onLine(line: string): void;
}

export interface ToolEnd {
  exitCode: number;
  /** Last lines of both streams. */
  said: string[];
}

/**
 * Runs a program without a shell and with an environment of nothing but a path and a neutral language. Rejects with
 * `cancelled`, `no-answer` where it does not end in time (both with the whole process group ended), `port-missing` where it cannot be started.
 */
export function runTool(run: ToolRun): Promise<ToolEnd> {
  if (run.signal.aborted) return Promise.reject(cancelled(run.path));
  const child = spawn(run.path, [...run.args], {
    ...{ cwd: run.folder, shell: false, windowsHide: true, detached: process.platform !== 'win32' },
    env: { PATH: process.env['PATH'] ?? '', LANG: 'C', LC_ALL: 'C', HOME: run.folder, TMPDIR: run.folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  const take = (line: string): void => {
    if (said.push(line) > KEPT_LINES) said.shift();
    run.onLine(line);
  };
  for (const stream of [child.stdout, child.stderr]) eachLine(stream, take);
  return ended(child, run, said);
}

function ended(child: ChildProcess, run: ToolRun, said: string[]): Promise<ToolEnd> {
  return new Promise((resolve, reject) => {
    let why: DriverError | null = null;
    const stop = (error: DriverError): void => {
      why ??= error;
      endGroup(child);
    };
    const abort = (): void => stop(cancelled(run.path));
    const timer = setTimeout(() => stop(late(run)), run.timeoutMs);
    run.signal.addEventListener('abort', abort, { once: true });
    const settle = (): void => {
      clearTimeout(timer);
      run.signal.removeEventListener('abort', abort);
    };
    child.once('error', (cause) => {
      settle();
      reject(unstartable(run.path, cause));
    });
    // `close`: both streams are read to their end.
    child.once('close', (code, signal) => {
      settle();
      if (why !== null) reject(why);
      else resolve({ exitCode: code ?? 128, said: signal === null ? said : [...said, `ended by ${signal}`] });
    });
  });
}

/** The tool and what it has started: a helper that goes on would hold the port. */
function endGroup(child: ChildProcess): void {
  const send = (signal: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined && process.platform !== 'win32') process.kill(-child.pid, signal);
      else child.kill(signal);
    } catch {
      // Nobody is left to be told.
    }
  };
  send('SIGTERM');
  const timer = setTimeout(() => send('SIGKILL'), GRACE_MS);
  child.once('close', () => clearTimeout(timer));
}

/** Progress bars end their lines with a carriage return only. */
function eachLine(stream: NodeJS.ReadableStream, take: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split(/[\r\n\b]+/);
    rest = (lines.pop() ?? '').slice(-LONGEST_LINE);
    for (const line of lines) if (line.trim() !== '') take(line.slice(0, LONGEST_LINE));
  });
  stream.on('end', () => {
    if (rest.trim() !== '') take(rest);
  });
}

const cancelled = (path: string): DriverError =>
  new DriverError('cancelled', 'The tool was stopped.', { context: { tool: path } });

const late = ({ path, timeoutMs }: ToolRun): DriverError =>
  new DriverError('no-answer', 'The tool did not end in its time and was stopped.', {
    context: { tool: path, seconds: timeoutMs / 1000 },
  });

const unstartable = (path: string, cause: Error): DriverError =>
  new DriverError('port-missing', 'The tool cannot be started.', {
    ...{ chip: 'untouched', context: { tool: path }, cause },
  });
