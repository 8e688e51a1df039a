import { DriverError } from '#drivers/core/errors.ts';
import type { Image } from '#drivers/core/image.ts';
import { checkImage } from '#drivers/images/check-image.ts';
import { SLOW_READ_BYTES } from '#drivers/protocols/esp-rom/constants.ts';
import { productOf, type EspChip } from './chips.ts';
import { flashArea } from './identify.ts';
import { factsOf, type ImageFacts } from './image-facts.ts';
import type { Awake } from './part.ts';
import { holdsEmulatedFuses, readPartitions, TABLE_ADDRESS } from './partition-table.ts';

/** Of the chip's partition table: sixteen entries. Tables of products have fewer. */
const SEEN_BYTES = 512;
/** `IDF_CHIP_REV_MAX`: an image that names no highest revision holds 0 or this. */
const NO_MAXIMUM = 0xffff;

const refuse = (
  code: 'wrong-chip' | 'wrong-state' | 'protected',
  message: string,
  context: Record<string, string | number>,
): DriverError => new DriverError(code, message, { context });

/** Refuses, before the first byte is written, what the chip must not get. Resolves with what the image says of itself. */
export async function checkForChip(image: Image, chip: EspChip, awake: Awake): Promise<ImageFacts> {
  checkImage(image, [flashArea(awake.flashBytes)], { allowGaps: true });
  const facts = factsOf(image, chip);
  checkApps(facts, chip, awake);
  checkSecurity(facts, awake);
  await checkFuses(facts, awake);
  return facts;
}

function checkApps({ apps }: ImageFacts, chip: EspChip, { revision }: Awake): void {
  for (const { chipId, minRevision, maxRevision } of apps) {
    if (chipId !== chip.chipId)
      throw refuse('wrong-chip', 'The image is for another chip.', {
        expected: productOf(chipId),
        found: chip.product,
      });
    const tooNew = maxRevision !== 0 && maxRevision !== NO_MAXIMUM && revision > maxRevision;
    if (revision < minRevision || tooNew)
      throw refuse('wrong-chip', 'The image is for other revisions of this chip.', {
        ...{ revision, minRevision, maxRevision },
      });
  }
}

function checkSecurity({ apps }: ImageFacts, { security }: Awake): void {
  if (security.flashEncryption)
    throw refuse('protected', 'The chip decrypts its flash: it would not start from what is written plain.', {
      lifecycle: 'FLASH_ENCRYPTION',
    });
  const unsigned = apps.find(({ signed }) => !signed);
  if (security.secureBoot && unsigned !== undefined)
    throw refuse('wrong-state', 'The chip only starts signed images, and this one is not.', {
      lifecycle: 'SECURE_BOOT',
      address: unsigned.address,
    });
}

/** A part whose security is burned must not get an image that plays at fuses, nor a part that plays one that burns. */
async function checkFuses({ fuses, evidence }: ImageFacts, awake: Awake): Promise<void> {
  const burned = awake.security.secureBoot || awake.security.flashEncryption;
  if (fuses === 'virtual' && burned)
    throw refuse('wrong-state', 'The image is built for virtual eFuses, and the part is a release part.', {
      image: 'virtual-efuse',
      evidence: evidence ?? '',
    });
  if (fuses === 'silicon' && !burned && (await playsAtFuses(awake)))
    throw refuse('wrong-state', 'The image burns real eFuses, and the part is one with virtual eFuses.', {
      image: 'silicon-efuse',
      evidence: evidence ?? '',
    });
}

async function playsAtFuses({ client }: Awake): Promise<boolean> {
  const table = new Uint8Array(SEEN_BYTES);
  for (let at = 0; at < SEEN_BYTES; at += SLOW_READ_BYTES)
    table.set(await client.readFlash(TABLE_ADDRESS + at, SLOW_READ_BYTES), at);
  return readPartitions(table).some(holdsEmulatedFuses);
}
