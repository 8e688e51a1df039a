import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobTools } from '#drivers/artefacts/job-tools.ts';
import type { Rkey } from '#drivers/artefacts/rkey.ts';
import type { Image } from '#drivers/core/image.ts';
import type { MemoryArea } from '#drivers/core/operations.ts';
import { recipeSchema, type Recipe } from '#services/recipe.ts';
import { checked, readArtefact, readJobFile } from './artefacts.ts';
import { canonicalJson } from '#services/audit/canonical-json.ts';
import { jobError } from './job-error.ts';
import { brokenRule } from './recipe-rules.ts';

const JOB_FILE = 'job.json';
const LARGEST_JOB_FILE = 256 * 1024;

/** A job whose every part has been checked: what is programmed from here on is what the recipe names. */
export interface LoadedJob {
  recipe: Recipe;
  /** The recipe as hashed and stored. */
  canonical: string;
  /** SHA-256 of `canonical`, hex. The recipe holds its artefacts' hashes, so this names all of the job. */
  sha256: string;
  /** First 32 bits of `sha256` as people compare them: `9F3C 11A0`. */
  checksum: string;
  image: Image;
  /** The .rkey file as delivered, and what it holds. */
  rkeyFile: Uint8Array;
  rkey: Rkey;
  keyCertificate: Uint8Array;
  codeCertificate: Uint8Array;
}

/**
 * Reads and checks a job folder (docs/jobs.md). Throws AppError naming file and field, line or address; changes
 * nothing, and returns a job only when every check has passed.
 */
export async function loadJobFolder(folder: string, tools: JobTools): Promise<LoadedJob> {
  const recipe = parseRecipe(await readJobFile(folder, JOB_FILE, LARGEST_JOB_FILE));
  const areas = targetAreas(recipe, tools);
  const { firmware, oemRootKey, codeCertificate: code } = recipe.artefacts;
  const firmwareBytes = await readArtefact(folder, recipe, 'firmware');
  const rkeyFile = await readArtefact(folder, recipe, 'oemRootKey');
  const keyCertificate = await readArtefact(folder, recipe, 'keyCertificate');
  const codeCertificate = await readArtefact(folder, recipe, 'codeCertificate');
  const image = checked(tools, firmware.file, () => {
    const parsed = tools.parseImage(firmwareBytes);
    tools.checkImage(parsed, areas);
    return parsed;
  });
  const rkey = checked(tools, oemRootKey.file, () => tools.parseOemRootKey(rkeyFile));
  checked(tools, code.file, () => tools.checkBootChain(keyCertificate, codeCertificate, image));
  return { recipe, ...fingerprint(recipe), image, rkeyFile, rkey, keyCertificate, codeCertificate };
}

/** Loads every job folder under `root`, by job id. One job that does not hold refuses the whole set. */
export async function loadJobs(root: string, tools: JobTools): Promise<ReadonlyMap<string, LoadedJob>> {
  const jobs = new Map<string, LoadedJob>();
  const entries = await readdir(root, { withFileTypes: true });
  for (const entry of entries.filter((one) => one.isDirectory())) {
    const job = await loadJobFolder(join(root, entry.name), tools);
    const { id } = job.recipe;
    if (jobs.has(id)) throw jobError('job-double', `Job ${id} is there twice.`, { file: entry.name });
    jobs.set(id, job);
  }
  return jobs;
}

/** Checks job.json by itself. Throws AppError `job-format` or `job-order` naming the field. */
function parseRecipe(bytes: Uint8Array): Recipe {
  const parsed = recipeSchema.safeParse(parseJson(bytes));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = issue?.path.join('.') ?? '';
    const what = `${JOB_FILE} is not a job: ${field === '' ? 'the file' : field}: ${issue?.message ?? ''}.`;
    throw jobError('job-format', what, { file: JOB_FILE, field }, parsed.error);
  }
  const rule = brokenRule(parsed.data);
  if (rule === null) return parsed.data;
  const what = `${JOB_FILE}: phase "${rule.phase}": ${rule.field} ${rule.problem}.`;
  throw jobError('job-order', what, { file: JOB_FILE, field: rule.field, phase: rule.phase });
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw jobError('job-format', `${JOB_FILE} is not JSON.`, { file: JOB_FILE }, error);
  }
}

function targetAreas(recipe: Recipe, tools: JobTools): readonly MemoryArea[] {
  const areas = tools.programmableAreas(recipe.target);
  if (areas !== null) return areas;
  const details = { file: JOB_FILE, field: 'target', target: recipe.target };
  throw jobError('job-target', `Job ${recipe.id} is for a chip "${recipe.target}", unknown here.`, details);
}

function fingerprint(recipe: Recipe): Pick<LoadedJob, 'canonical' | 'sha256' | 'checksum'> {
  const canonical = canonicalJson(recipe);
  const sha256 = createHash('sha256').update(canonical).digest('hex');
  const digits = sha256.slice(0, 8).toUpperCase();
  return { canonical, sha256, checksum: `${digits.slice(0, 4)} ${digits.slice(4)}` };
}
