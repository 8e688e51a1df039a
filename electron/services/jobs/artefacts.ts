import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '#contract/errors.ts';
import type { JobTools } from '#drivers/artefacts/job-tools.ts';
import type { ArtefactKind } from '#drivers/core/desk-facts.ts';
import { kindOf, type Recipe } from '#services/recipe.ts';
import { jobError } from './job-error.ts';

/** Larger than any of its kind; a wrong file is refused before it fills the memory. */
const LARGEST_IMAGE = 64 * 1024 * 1024;
const SMALL = 4096;
const LARGEST: Partial<Record<ArtefactKind, number>> = {
  ...{ rkey: SMALL, 'key-certificate': SMALL, 'code-certificate': SMALL, 'fuse-value': SMALL },
  ...{ 'key-recipient': SMALL, 'esp-secure-cert': 64 * 1024 },
};

/** Reads one file of a job. Throws AppError `job-missing` or `job-format` naming it. */
export async function readJobFile(folder: string, file: string, largest: number): Promise<Buffer> {
  try {
    const { size } = await stat(join(folder, file));
    if (size <= largest) return await readFile(join(folder, file));
  } catch (error) {
    throw jobError('job-missing', `The job's file ${file} cannot be read.`, { file }, error);
  }
  throw jobError('job-format', `The job's file ${file} is larger than ${largest} bytes.`, { file });
}

/** Reads an artefact and holds it against the hash in the recipe: `job-hash` names the file. */
export async function readArtefact(folder: string, recipe: Recipe, name: string): Promise<Buffer> {
  const artefact = recipe.artefacts[name];
  if (artefact === undefined) throw new RangeError(`job ${recipe.id} has no file ${name}`);
  const { file, sha256 } = artefact;
  const bytes = await readJobFile(folder, file, LARGEST[kindOf(name, artefact)] ?? LARGEST_IMAGE);
  const digest = createHash('sha256').update(bytes).digest();
  if (timingSafeEqual(digest, Buffer.from(sha256, 'hex'))) return bytes;
  const details = {
    file,
    field: `artefacts.${name}.sha256`,
    expected: sha256,
    found: digest.toString('hex'),
  };
  throw jobError('job-hash', `${file} is not the file that job ${recipe.id} was made with.`, details);
}

/** A file that the loader has read. */
export function fileOf(files: ReadonlyMap<string, Uint8Array>, name: string): Uint8Array {
  const bytes = files.get(name);
  if (bytes === undefined) throw new RangeError(`no file ${name}`);
  return bytes;
}

/** Runs a driver's check of a file; its refusal becomes one of the job, with file, line or address. */
export function checked<T>(tools: JobTools, file: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    const known = tools.describeError(error);
    if (known === null) throw error;
    throw new AppError(
      {
        code: known.code,
        what: `${file} cannot be used: ${known.message}.`,
        next: 'Ask whoever made the job for a corrected file.',
        details: { ...known.context, file },
      },
      error,
    );
  }
}
