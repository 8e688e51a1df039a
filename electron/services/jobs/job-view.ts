import type { JobView } from '#contract/jobs.ts';
import type { Image } from '#drivers/core/image.ts';
import type { Recipe } from '#services/recipe.ts';
import type { LoadedJob } from './load-job.ts';
import { imageNames } from './phase-artefacts.ts';
import { formatTraveller } from './traveller.ts';

const DEMO_LOT = '26-11-0417';
const DEMO_QUANTITY = 8;

const bytesOf = ({ segments }: Image): number =>
  segments.reduce((sum, segment) => sum + segment.bytes.length, 0);

/** `bootloader.bin and 2 more` */
function imageTitle(recipe: Recipe): string {
  const [first = '', ...others] = imageNames(recipe).map((name) => recipe.artefacts[name]?.file ?? name);
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}

function imageView({ recipe, target }: LoadedJob, image: Image): JobView['images'][number] {
  const says = target.describeImage?.(image) ?? null;
  return { name: imageTitle(recipe), sha256: image.sha256, bytes: bytesOf(image), says };
}

/** A job as screens show it. `demo` adds a traveller to try, as a scanner would read it. */
export function jobView(job: LoadedJob, allowanceLeft: number, demo = false): JobView {
  const { recipe, target, sha256, checksum, image } = job;
  const traveller = formatTraveller({ jobId: recipe.id, lot: DEMO_LOT, quantity: DEMO_QUANTITY });
  return {
    id: recipe.id,
    name: recipe.name,
    revision: recipe.revision,
    checksum,
    sha256,
    target: recipe.target,
    targetTitle: target.title,
    rootOfTrust: recipe.rootOfTrust,
    allowance: { total: recipe.allowance, left: allowanceLeft },
    images: image === null ? [] : [imageView(job, image)],
    phases: recipe.phases.map(({ id, title, irreversible }) => ({ id, title, irreversible })),
    keptFor: job.keptFor === null ? null : { fingerprint: job.keptFor },
    ...(demo ? { demoTraveller: traveller } : {}),
  };
}
