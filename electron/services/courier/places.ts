import { readdir, stat, statfs } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';

export interface Place {
  path: string;
  title: string;
  freeBytes: number;
}

/** Where systems show sticks: below these, one folder each. */
function mediaFolders(): string[] {
  if (process.platform === 'darwin') return ['/Volumes'];
  if (process.platform === 'win32') return [];
  const { username } = userInfo();
  return [`/media/${username}`, `/run/media/${username}`, '/media', '/mnt'];
}

/** Drive letters behind the system's own. */
const driveLetters = (): string[] =>
  process.platform === 'win32' ? 'DEFGHIJKLMNOPQRSTUVWXYZ'.split('').map((letter) => `${letter}:\\`) : [];

async function below(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.map((name) => join(folder, name));
}

/** A folder on another device than its parent: something is mounted there. */
async function isMounted(path: string): Promise<boolean> {
  try {
    const [own, parent] = [await stat(path), await stat(join(path, '..'))];
    return own.isDirectory() && (own.dev !== parent.dev || process.platform === 'win32');
  } catch {
    return false;
  }
}

async function placeOf(path: string, title: string): Promise<Place[]> {
  try {
    const { bavail, bsize } = await statfs(path);
    return [{ path, title, freeBytes: bavail * bsize }];
  } catch {
    return [];
  }
}

/** Sticks that are in, and the watched folder where there is one. */
export async function courierPlaces(watched: string): Promise<Place[]> {
  const found = [...(await Promise.all(mediaFolders().map(below))).flat(), ...driveLetters()];
  const places: Place[] = [];
  for (const path of found) if (await isMounted(path)) places.push(...(await placeOf(path, path)));
  return watched === '' ? places : [...(await placeOf(watched, 'Watched folder')), ...places];
}
