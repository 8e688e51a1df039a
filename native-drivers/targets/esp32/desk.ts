import type { DeskFacts, EfuseKind, LifecycleMark } from '#drivers/core/desk-facts.ts';
import { DriverError } from '#drivers/core/errors.ts';
import type { AppImage } from './app-image.ts';
import { productOf, type EspChip } from './chips.ts';
import { factsOf, type ImageFacts } from './image-facts.ts';

/** Fuses that the life cycle shows (security.ts). Digests and keys it does not. */
const SHOWN: Readonly<Record<string, LifecycleMark>> = {
  'secure-boot': { dlm: 'SECURE_BOOT' },
  'flash-encryption': { dlm: 'FLASH_ENCRYPTION' },
  'secure-download': { protection: 'SECURE_DOWNLOAD' },
};

/** What is known of a chip of the family with none in the socket. Size of the flash beside it: only the chip tells. */
export function deskFacts(chip: EspChip): DeskFacts {
  return {
    isForEver: (operation) => operation === 'burn',
    shows: (operation, { fuse }) =>
      operation === 'burn' && typeof fuse === 'string' && Object.hasOwn(SHOWN, fuse)
        ? (SHOWN[fuse] ?? null)
        : null,
    fresh: ['OPEN'],
    takes: ['image', 'esp-image', 'esp-secure-cert', 'fuse-value'],
    describeImage: (image) => {
      const { descriptor } = factsOf(image, chip).apps.find((app) => app.descriptor !== null) ?? {};
      return descriptor == null
        ? null
        : `${descriptor.project} ${descriptor.version}, ESP-IDF ${descriptor.idfVersion}`;
    },
    checkImage: (image, efuse) => {
      const { apps, fuses } = factsOf(image, chip);
      checkChips(apps, chip);
      if (efuse !== undefined) checkEfuse(fuses, efuse);
    },
  };
}

function checkChips(apps: readonly AppImage[], chip: EspChip): void {
  const other = apps.find(({ chipId }) => chipId !== chip.chipId);
  if (other === undefined) return;
  throw new DriverError('wrong-chip', `the image is for ${productOf(other.chipId)}`, {
    chip: 'untouched',
    context: { expected: chip.product, found: productOf(other.chipId), address: other.address },
  });
}

/** The driver compares what the image says with the chip: what only the job said would reach nobody. */
function checkEfuse(found: ImageFacts['fuses'], marked: EfuseKind): void {
  if (found === marked) return;
  const says = found === null ? 'does not say which eFuses it is built for' : `is built for ${found} eFuses`;
  throw new DriverError('image-format', `the job says ${marked} eFuses, and the image ${says}`, {
    chip: 'untouched',
    context: { marked, found: found ?? 'nothing' },
  });
}
