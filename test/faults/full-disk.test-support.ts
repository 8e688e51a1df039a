import { spawnSync } from 'node:child_process';
import { closeSync, openSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';

const isRoot = process.getuid?.() === 0;
/** Who owns what the database server writes: see postgres-fixtures.ts. */
const OWNER = isRoot ? 'postgres' : userInfo().username;

/** Mounting takes root: a machine that has it otherwise gives it without a password, or the test fails. */
function asRoot(...command: string[]): void {
  const [program = '', ...args] = isRoot ? command : ['sudo', '--non-interactive', ...command];
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command.join(' ')} failed: ${stderr}`, { cause: error });
}

/** A disk of its own in the place of a folder, which really fills up. */
export interface SmallDisk {
  /** Takes all the room there is, but for so many octets. */
  fill(spare?: number): void;
  /** As whoever runs the machine makes room. */
  makeRoom(): void;
  unmount(): void;
}

/** Writes until the disk refuses, by ENOSPC and nothing else. Returns the octets that found room. */
function writeUntilFull(file: string): number {
  const handle = openSync(file, 'w');
  const block = Buffer.alloc(64 * 1024);
  try {
    for (let written = 0; ;)
      try {
        written += writeSync(handle, block);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        return written;
      }
  } finally {
    closeSync(handle);
  }
}

/** Puts what is in `folder` onto a disk (tmpfs) of so many MiB that is mounted in its place. */
export async function onSmallDisk(folder: string, mebibytes: number): Promise<SmallDisk> {
  const aside = await mkdtemp(`${folder}-aside-`);
  await rename(folder, join(aside, 'content'));
  await mkdir(folder);
  asRoot('mount', '-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=0777`, 'rootline-small-disk', folder);
  await cp(join(aside, 'content'), folder, { recursive: true });
  asRoot('chown', '-R', OWNER, folder);
  asRoot('chmod', '0700', folder);
  await rm(aside, { recursive: true });
  const ballast = join(folder, 'ballast');
  return {
    fill: (spare = 0) => truncateSync(ballast, Math.max(0, writeUntilFull(ballast) - spare)),
    makeRoom: () => rmSync(ballast, { force: true }),
    unmount: () => asRoot('umount', '--lazy', folder),
  };
}
