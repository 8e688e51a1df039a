import { DriverError } from '#drivers/core/errors.ts';
import type { MemoryArea, OperationContext, OperationResult } from '#drivers/core/operations.ts';
import { MAX_BAUD_RATE, type EspPart } from './part.ts';
import { lifecycleOf } from './security.ts';

/** Unit of erasing; larger runs are erased in blocks of 64 KiB by the ROM itself. */
export const SECTOR_BYTES = 0x1000;

/** The flash beside the chip, from address 0. */
export const flashArea = (bytes: number): MemoryArea => ({
  ...{ kind: 'code', start: 0, end: bytes - 1, eraseUnit: SECTOR_BYTES, writeUnit: 1 },
});

const revisionText = (revision: number): string => `v${Math.floor(revision / 100)}.${revision % 100}`;

/** Says what is in the socket and changes nothing. */
export async function identify(
  part: EspPart,
  target: string,
  { signal }: OperationContext,
): Promise<OperationResult<'identify'>> {
  part.forget();
  const { chip } = part;
  if (target !== chip.target)
    throw new DriverError('wrong-chip', 'The site is set up for another chip.', {
      chip: 'untouched',
      context: { expected: target, found: chip.target },
    });
  const { uid, revision, security, flashBytes } = await part.use(signal);
  return {
    output: {
      chipUid: uid,
      product: `${chip.product} ${revisionText(revision)}`,
      target,
      maxBaudRate: MAX_BAUD_RATE,
      areas: [flashArea(flashBytes)],
      lifecycle: lifecycleOf(security),
    },
    measurements: [{ name: 'flash-size', value: flashBytes, unit: 'B' }],
  };
}

/** Never `locked`: even in secure download mode the ROM still writes flash. */
export async function readState(
  part: EspPart,
  { signal }: OperationContext,
): Promise<OperationResult<'read-state'>> {
  part.drop();
  const { uid, security } = await part.wake(signal);
  const identity = { enrolled: null, deviceId: null, certificateFingerprint: null, agentLocked: null };
  return {
    output: { chipUid: uid, via: 'boot-rom', lifecycle: lifecycleOf(security), locked: false, ...identity },
    measurements: [],
  };
}
