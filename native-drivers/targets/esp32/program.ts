import type { Image } from '#drivers/core/image.ts';
import type { OperationContext, OperationResult } from '#drivers/core/operations.ts';
import { checkForChip } from './image-checks.ts';
import type { ImageFacts } from './image-facts.ts';
import type { EspPart } from './part.ts';
import { writeSegments } from './write.ts';

/** What is written, as the application calls itself. */
function noteOf({ apps }: ImageFacts): string {
  const descriptor = apps.find((app) => app.descriptor !== null)?.descriptor;
  return descriptor === undefined || descriptor === null
    ? 'Write'
    : `Write ${descriptor.project} ${descriptor.version} · ESP-IDF ${descriptor.idfVersion}`;
}

/** Refuses what the chip must not get; then erases and writes what differs. */
export async function program(
  part: EspPart,
  image: Image,
  context: OperationContext,
): Promise<OperationResult<'program'>> {
  const started = performance.now();
  const awake = await part.use(context.signal);
  const facts = await checkForChip(image, part.chip, awake);
  const { written, unchanged, compressed } = await writeSegments(
    part,
    awake,
    image.segments,
    context,
    noteOf(facts),
  );
  const seconds = (performance.now() - started) / 1000;
  const secureVersion = facts.apps.find((app) => app.descriptor !== null)?.descriptor?.secureVersion;
  return {
    output: { bytes: written + unchanged, seconds, baudRate: awake.client.baudRate },
    measurements: [
      { name: 'program-time', value: seconds, unit: 's' },
      { name: 'flash-written', value: written, unit: 'B' },
      { name: 'flash-unchanged', value: unchanged, unit: 'B' },
      { name: 'compressed', value: compressed, unit: 'B' },
      ...(secureVersion === undefined
        ? []
        : [{ name: 'app-secure-version', value: secureVersion, unit: 'count' }]),
    ],
  };
}
