import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** How many entries of a folder are looked at: a stick may hold anything. */
const MOST_ENTRIES = 2000;

/** The file itself, or where a folder is named the newest in it whose name ends so: a person knows the stick, not the name. */
export async function newestIn(path: string, ending: string): Promise<string> {
  if (!(await stat(path)).isDirectory()) return path;
  const names = (await readdir(path)).filter((name) => name.toLowerCase().endsWith(ending));
  let newest = { file: path, at: -Infinity };
  for (const name of names.slice(0, MOST_ENTRIES)) {
    const file = join(path, name);
    const { mtimeMs } = await stat(file);
    if (mtimeMs > newest.at) newest = { file, at: mtimeMs };
  }
  return newest.file;
}
