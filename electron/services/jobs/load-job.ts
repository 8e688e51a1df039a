import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobTools, TargetFacts } from '#drivers/artefacts/job-tools.ts';
import type { Image } from '#drivers/core/image.ts';
import { recipeSchema, type Recipe } from '#services/recipe.ts';
import { checkFiles, keptFor } from './check-files.ts';
import { readArtefact, readJobFile } from './artefacts.ts';
import { canonicalJson } from '#services/audit/canonical-json.ts';
import { jobError } from './job-error.ts';
import { loadImage } from './load-image.ts';
import { brokenRule, type RuleFacts } from './recipe-rules.ts';
import { askedOf, refuseImpossible, type Asked } from './target-asks.ts';

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
  target: TargetFacts;
  /** Null: the job programs nothing. */
  image: Image | null;
  /** Files as delivered, by the names that the recipe gives them. */
  files: ReadonlyMap<string, Uint8Array>;
  /** SHA-256 of the public key that private keys are sealed for, hex; null: the job keeps none. */
  keptFor: string | null;
}

/**
 * Reads and checks a job folder (docs/jobs.md). Throws AppError naming file and field, line or address; changes
 * nothing, and returns a job only when every check has passed.
 */
export async function loadJobFolder(folder: string, tools: JobTools): Promise<LoadedJob> {
  const recipe = parseRecipe(await readJobFile(folder, JOB_FILE, LARGEST_JOB_FILE));
  const asked = await askedOf(recipe, tools);
  refuseImpossible(recipe, asked);
  refuseBroken(recipe, rulesOf(asked));
  const files = new Map<string, Uint8Array>();
  for (const name of Object.keys(recipe.artefacts)) files.set(name, await readArtefact(folder, recipe, name));
  const image = loadImage(recipe, files, asked.target, tools);
  checkFiles(recipe, files, image, tools);
  const recipient = keptFor(recipe, files, tools);
  return { recipe, ...fingerprint(recipe), target: asked.target, image, files, keptFor: recipient };
}

/** Loads every job folder under `root`, by job id. One job that does not hold refuses the whole set. */
export async function loadJobs(root: string, tools: JobTools): Promise<ReadonlyMap<string, LoadedJob>> {
  const jobs = new Map<string, LoadedJob>();
  const entries = await readdir(root, { withFileTypes: true });
  const folders = entries.filter((one) => one.isDirectory()).map(({ name }) => name);
  for (const name of folders.sort()) {
    const job = await loadJobFolder(join(root, name), tools);
    const { id } = job.recipe;
    if (jobs.has(id)) throw jobError('job-double', `Job ${id} is there twice.`, { file: name });
    jobs.set(id, job);
  }
  return jobs;
}

/** Checks job.json by itself. Throws AppError `job-format` naming the field. */
function parseRecipe(bytes: Uint8Array): Recipe {
  const parsed = recipeSchema.safeParse(parseJson(bytes));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') ?? '';
  const what = `${JOB_FILE} is not a job: ${field === '' ? 'the file' : field}: ${issue?.message ?? ''}.`;
  throw jobError('job-format', what, { file: JOB_FILE, field }, parsed.error);
}

/** What nobody knows to be harmless cannot be undone. */
const FINAL: readonly string[] = ['lock', 'burn', 'protect', 'move-lifecycle'];

function rulesOf({ target, root }: Asked): RuleFacts {
  return {
    operations: target.operations,
    attests: root?.keys.attests === true,
    isForEver: (operation, params) =>
      operation !== 'issue' && (target.isForEver?.(operation, params) ?? FINAL.includes(operation)),
    comesFirst: (operation, params) =>
      operation !== 'issue' && target.comesFirst?.(operation, params) === true,
  };
}

/** Throws AppError `job-order`. */
function refuseBroken(recipe: Recipe, facts: RuleFacts): void {
  const rule = brokenRule(recipe, facts);
  if (rule === null) return;
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

function fingerprint(recipe: Recipe): Pick<LoadedJob, 'canonical' | 'sha256' | 'checksum'> {
  const canonical = canonicalJson(recipe);
  const sha256 = createHash('sha256').update(canonical).digest('hex');
  const digits = sha256.slice(0, 8).toUpperCase();
  return { canonical, sha256, checksum: `${digits.slice(0, 4)} ${digits.slice(4)}` };
}
