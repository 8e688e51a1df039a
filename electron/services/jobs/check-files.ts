import type { JobTools } from '#drivers/artefacts/job-tools.ts';
import type { Image } from '#drivers/core/image.ts';
import type { Recipe } from '#services/recipe.ts';
import { checked, fileOf } from './artefacts.ts';
import { jobError } from './job-error.ts';
import { artefactsOfPhase } from './phase-artefacts.ts';

/** Looks into the files that are no image, each by the phase that uses it. Throws AppError naming the file. */
export function checkFiles(
  recipe: Recipe,
  files: ReadonlyMap<string, Uint8Array>,
  image: Image | null,
  tools: JobTools,
): void {
  for (const phase of recipe.phases) {
    const named = artefactsOfPhase(recipe, phase).map(({ name }) => ({
      name: recipe.artefacts[name]?.file ?? name,
      bytes: fileOf(files, name),
    }));
    const [first, second] = named;
    if (first === undefined) continue;
    if (phase.operation === 'inject-oem-root-key')
      checked(tools, first.name, () => tools.parseOemRootKey(first.bytes));
    if (phase.operation === 'inject-key') checked(tools, first.name, () => tools.parseRkey(first.bytes));
    if (phase.operation === 'inject-boot-certificates' && second !== undefined && image !== null)
      checked(tools, second.name, () => tools.checkBootChain(first.bytes, second.bytes, image));
    if (phase.operation === 'burn') checkFuseValue(first);
  }
}

/** As a fuse is written: 256 bits are the longest of any family. */
const LONGEST_FUSE = 32;

function checkFuseValue({ name, bytes }: { name: string; bytes: Uint8Array }): void {
  if (bytes.length >= 1 && bytes.length <= LONGEST_FUSE) return;
  throw jobError('job-artefact', `${name} has ${bytes.length} bytes: a fuse takes 1 to ${LONGEST_FUSE}.`, {
    ...{ file: name, bytes: bytes.length },
  });
}

/** SHA-256, hex, of the public key that private keys are kept for; null: the job keeps none. Throws AppError naming the file. */
export function keptFor(
  recipe: Recipe,
  files: ReadonlyMap<string, Uint8Array>,
  tools: JobTools,
): string | null {
  const enrol = recipe.phases.find(({ operation }) => operation === 'enrol');
  const [use] = enrol === undefined ? [] : artefactsOfPhase(recipe, enrol);
  if (use === undefined) return null;
  const file = recipe.artefacts[use.name]?.file ?? use.name;
  return checked(tools, file, () => tools.parseKeyRecipient(fileOf(files, use.name)).fingerprint);
}
