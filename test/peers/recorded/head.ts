import { execFileSync } from 'node:child_process';

/** What stands above the bytes of a recording, one `word value` a line: who spoke, when, which script wrote it down. */
export interface RecordingHead {
  /** Name and version of the program. */
  program: string;
  /** Script and arguments, as they are typed to record it again. */
  by: string;
  target: string;
  /** Unique id of the part, hex. */
  uid: string;
}

export function headLines({ program, by, target, uid }: RecordingHead): string[] {
  const day = new Date().toISOString().slice(0, 10);
  return [`program ${program}`, `recorded ${day}`, `by ${by}`, `target ${target}`, `uid ${uid}`];
}

/** `openocd 0.12.0-1 of Debian`. */
export function fromDebian(name: string): string {
  const version = execFileSync('dpkg-query', ['-W', '-f', '${Version}', name], { encoding: 'utf8' });
  return `${name} ${version} of Debian`;
}
