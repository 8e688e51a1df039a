import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '#contract/errors.ts';
import type { JobTools } from '#drivers/artefacts/job-tools.ts';
import type { Recipe } from '#services/recipe.ts';
import { jobError } from './job-error.ts';

/** Larger than any of its kind; a wrong file is refused before it fills the memory. */
const LARGEST: Readonly<Record<keyof Recipe['artefacts'], number>> = {
  firmware: 64 * 1024 * 1024,
  oemRootKey: 4096,
  keyCertificate: 4096,
  codeCertificate: 4096,
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
export async function readArtefact(
  folder: string,
  recipe: Recipe,
  name: keyof Recipe['artefacts'],
): Promise<Buffer> {
  const { file, sha256 } = recipe.artefacts[name];
  const bytes = await readJobFile(folder, file, LARGEST[name]);
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
