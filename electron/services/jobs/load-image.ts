import type { JobTools, TargetFacts } from '#drivers/artefacts/job-tools.ts';
import type { Image } from '#drivers/core/image.ts';
import { kindOf, type Artefact, type Recipe } from '#services/recipe.ts';
import { checked, fileOf } from './artefacts.ts';
import { jobError } from './job-error.ts';
import { imageNames } from './phase-artefacts.ts';

/**
 * What a job programs, out of all its files: each held against the memory of the target, and against what the image
 * says itself of the chip that it is for. Throws AppError naming the file. Null: the job programs nothing.
 */
export function loadImage(
  recipe: Recipe,
  files: ReadonlyMap<string, Uint8Array>,
  target: TargetFacts,
  tools: JobTools,
): Image | null {
  const names = imageNames(recipe);
  const images = names.map((name) => readOne(recipe, name, fileOf(files, name), target, tools));
  const [first] = names;
  if (first === undefined) return null;
  return checked(tools, recipe.artefacts[first]?.file ?? first, () => tools.joinImages(images));
}

function readOne(
  { id, artefacts }: Recipe,
  name: string,
  bytes: Uint8Array,
  target: TargetFacts,
  tools: JobTools,
): Image {
  const artefact = artefacts[name];
  if (artefact === undefined) throw new RangeError(`job ${id} has no file ${name}`);
  const { file, sha256, address } = artefact;
  const kind = kindOf(name, artefact);
  return checked(tools, file, () => {
    const at = address === undefined ? null : Number.parseInt(address, 16);
    const { image, device } = tools.readImage({ kind, bytes, sha256, address: at });
    if (device !== null) refuseDevice(file, device, target);
    if (target.areas !== null) tools.checkImage(image, target.areas, { allowGaps: gapsAllowed(artefact) });
    target.checkImage?.(image, artefact.efuse);
    return image;
  });
}

const gapsAllowed = ({ gaps }: Artefact): boolean => gaps === true;

function refuseDevice(file: string, device: string, { title, devices }: TargetFacts): void {
  if (devices?.includes(device) === true) return;
  throw jobError('job-artefact', `${file} is for the USB device ${device}, which is no ${title}.`, {
    ...{ file, device },
  });
}
