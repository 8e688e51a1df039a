import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { LineError } from '../line/line-error.ts';

/** Where bytes of a file come from: the line, or what a courier brought. */
export type BlobSource = (
  sha256: string,
  offset: number,
) => Promise<{ offset: number; body: AsyncIterable<Uint8Array> }>;

export interface WantedFile {
  name: string;
  sha256: string;
  bytes: number;
}

const LARGEST_FILE = 64 * 1024 * 1024;
/** A name that stays in its folder on every system. */
const PLAIN_NAME = /^(?!\.)[\w.-]{1,120}$/;

/** Why files cannot be taken, in words for receipt and screen; null: they can. */
export function unfit(files: readonly WantedFile[]): string | null {
  const names = files.map(({ name }) => name.toLowerCase());
  if (new Set([...names, 'job.json']).size !== names.length + 1) return 'Two files have the same name.';
  const bad = files.find(({ name }) => !PLAIN_NAME.test(name));
  if (bad !== undefined) return 'A file has a name that this station does not take.';
  const large = files.find(({ bytes }) => bytes > LARGEST_FILE);
  return large === undefined ? null : `${large.name} is larger than ${LARGEST_FILE} bytes.`;
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch {
    return 0;
  }
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Appends what the source gives until the file has its length; never writes beyond it. */
async function append(handle: FileHandle, file: WantedFile, from: number, source: BlobSource): Promise<void> {
  const { offset, body } = await source(file.sha256, from);
  if (offset !== from) await handle.truncate(offset);
  let at = offset;
  for await (const chunk of body) {
    if (at + chunk.length > file.bytes) throw wrong(file, 'longer than announced');
    await handle.write(chunk, 0, chunk.length, at);
    at += chunk.length;
  }
  if (at !== file.bytes) throw new LineError('cut', { details: { file: file.name, at } });
  await handle.sync();
}

const wrong = (file: WantedFile, reason: string): LineError =>
  new LineError('bad-answer', { details: { file: file.name, reason } });

/**
 * One file into `folder`, under its name only once its hash holds. What a cut left is kept beside it and gone on from.
 * Throws LineError.
 */
export async function fetchFile(folder: string, file: WantedFile, source: BlobSource): Promise<void> {
  const [whole, part] = [join(folder, file.name), join(folder, `.${file.sha256}.part`)];
  if ((await sizeOf(whole)) === file.bytes && (await hashOf(whole)) === file.sha256) return;
  const handle = await open(part, 'a+').then(async (made) => {
    await made.close();
    return open(part, 'r+');
  });
  try {
    const here = await sizeOf(part);
    const from = here > file.bytes ? 0 : here;
    if (from < file.bytes || from === 0) await append(handle, file, from, source);
  } finally {
    await handle.close();
  }
  if ((await hashOf(part)) !== file.sha256) {
    await rm(part, { force: true });
    throw wrong(file, 'another hash');
  }
  await rename(part, whole);
}

/** The folder of an ordered job with all its files. job.json comes last: without it the folder is no job. */
export async function fetchOrder(
  folder: string,
  { job, files }: { job: string; files: readonly WantedFile[] },
  source: BlobSource,
): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const file of files) await fetchFile(folder, file, source);
  const draft = join(folder, '.job.json.part');
  await writeFile(draft, job, { flush: true });
  await rename(draft, join(folder, 'job.json'));
}
