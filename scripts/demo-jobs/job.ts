import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import type { z } from 'zod';
import type { recipe1, recipe2 } from '#services/recipe.ts';

type RecipeFile = z.input<typeof recipe1> | z.input<typeof recipe2>;
export type RecipeFile2 = z.input<typeof recipe2>;
type Named = RecipeFile2['artefacts'][string];

/** A job with the bytes of its files, before anything is written. */
export interface DemoJob {
  recipe: RecipeFile;
  files: Readonly<Record<string, Uint8Array>>;
}

/** `kind` and place of a file, with its hash. */
export function artefact(files: DemoJob['files'], file: string, rest: Omit<Named, 'file' | 'sha256'>): Named {
  const bytes = files[file];
  if (bytes === undefined) throw new RangeError(`no file ${file}`);
  return { file, sha256: createHash('sha256').update(bytes).digest('hex'), ...rest };
}

type Phase = RecipeFile2['phases'][number];

/** One step of a recipe; `rest`: parameters, limits, and whether it can be undone. */
export const step = (
  id: string,
  title: string,
  operation: Phase['operation'],
  timeout: number,
  rest: Pick<Phase, 'params' | 'limits' | 'irreversible'> = {},
): Phase => ({ id, title, operation, timeout, ...rest });

/** From an image to its verification, as most jobs have it. */
export const load = (image: string | string[]): Phase[] => [
  step('program', 'Program', 'program', 180, { params: { image } }),
  step('verify', 'Verify', 'verify', 180, { params: { image } }),
];

/** Writes a job folder. */
export async function writeJob(folder: string, { recipe, files }: DemoJob): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  const path = join(folder, 'job.json');
  const style = (await resolveConfig(path)) ?? {};
  writeFileSync(path, await format(JSON.stringify(recipe), { ...style, filepath: path }));
}
