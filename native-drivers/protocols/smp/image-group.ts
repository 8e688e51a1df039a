import { z } from 'zod';
import { DriverError, type ChipState, type DriverErrorCode } from '#drivers/core/errors.ts';
import type { SmpMap } from './cbor.ts';
import type { SmpClient, SmpRequest } from './client.ts';
import { ImageCommand, ImageError, MgmtError, SmpGroup, SmpOp } from './constants.ts';

/** Image group of SMP (Zephyr documentation, "Application/software image management group"). Unknown fields are ignored. */
const bytes = z.instanceof(Uint8Array);
const flag = z.boolean().default(false);
const slotState = z.object({
  image: z.number().int().default(0),
  slot: z.number().int(),
  version: z.string(),
  /** Left out by a boot loader that was built without it (MCUBOOT_SERIAL_IMG_GRP_HASH). */
  hash: bytes.nullable().default(null),
  bootable: flag,
  pending: flag,
  confirmed: flag,
  active: flag,
  permanent: flag,
});
const stateResponse = z.object({ images: z.array(slotState) });
const slotInfo = z.object({
  slot: z.number().int(),
  size: z.number().int().optional(),
  upload_image_id: z.number().int().optional(),
});
const slotInfoResponse = z.object({
  // Left out by an old MCUboot, which answers an image command that it does not have with `rc` 0 (boot_serial.c, `bs_empty_rsp`).
  images: z
    .array(
      z.object({
        image: z.number().int().default(0),
        slots: z.array(slotInfo),
        max_image_size: z.number().int().optional(),
      }),
    )
    .default([]),
});

/** A valid image in a slot; an empty slot, or one whose image does not hold, is not listed. */
export type SlotState = z.infer<typeof slotState>;
export interface SlotInfo {
  slot: number;
  /** Largest file that fits, bytes; null: not told. */
  bytes: number | null;
  /** `image` of an upload that is to go there; null: not told. */
  uploadId: number | null;
}

type Options = Pick<SmpRequest, 'timeoutMs' | 'attempts' | 'signal'>;

/** Rejects as SmpClient does, refusals by their meaning. */
export async function readImages(client: SmpClient, options: Options): Promise<SlotState[]> {
  const request = { op: SmpOp.read, group: SmpGroup.image, command: ImageCommand.state };
  return statesOf(await ask(client, { ...options, ...request }));
}

/** Marks an image for one trial boot, or for good (`confirm`). Sent once: what a lost answer means, the caller knows. */
export async function setImage(
  client: SmpClient,
  { hash, confirm }: { hash: Uint8Array; confirm: boolean },
  options: Pick<Options, 'timeoutMs' | 'signal'>,
): Promise<SlotState[]> {
  const request = { op: SmpOp.write, group: SmpGroup.image, command: ImageCommand.state };
  return statesOf(await ask(client, { ...options, ...request, map: { hash, confirm } }));
}

/** Answered when the slot is blank, which can take long. */
export async function eraseSlot(client: SmpClient, slot: number, options: Options): Promise<void> {
  const request = { op: SmpOp.write, group: SmpGroup.image, command: ImageCommand.erase };
  await ask(client, { ...options, ...request, map: { slot } });
}

/** Slots of image 0; none from an old boot loader. Rejects with `device-error` where the target was built without the command. */
export async function readSlots(client: SmpClient, options: Options): Promise<SlotInfo[]> {
  const request = { op: SmpOp.read, group: SmpGroup.image, command: ImageCommand.slotInfo };
  const { images } = parse(slotInfoResponse, await ask(client, { ...options, ...request }));
  const { slots, max_image_size: most } = images.find(({ image }) => image === 0) ?? { slots: [] };
  return slots.map(({ slot, size, upload_image_id: uploadId }) => ({
    slot,
    bytes: most ?? size ?? null,
    uploadId: uploadId ?? null,
  }));
}

const statesOf = (map: SmpMap): SlotState[] =>
  parse(stateResponse, map).images.filter(({ image }) => image === 0);

function parse<T>(schema: z.ZodType<T>, map: SmpMap): T {
  const result = schema.safeParse(map);
  if (result.success) return result.data;
  throw new DriverError('bad-frame', 'An answer has other fields than its command.', {
    cause: result.error,
  });
}

async function ask(client: SmpClient, request: SmpRequest): Promise<SmpMap> {
  try {
    return await client.request(request);
  } catch (error) {
    throw imageError(error);
  }
}

type Meaning = readonly [DriverErrorCode, ChipState, string];
const range: Meaning = ['image-range', 'not-locked', 'The image does not fit the slot.'];
const format: Meaning = ['image-format', 'not-locked', 'The target does not take this as an image.'];
const pending: Meaning = ['wrong-state', 'not-locked', 'A swap is waiting: the part must be reset first.'];
const flash: Meaning = ['device-error', 'not-locked', 'The target could not write its flash.'];
const absent: Meaning = ['wrong-state', 'not-locked', 'The target has no such image.'];

const imageCodes: Record<number, Meaning> = {
  [ImageError.noImage]: absent,
  [ImageError.hashNotFound]: absent,
  [ImageError.noFreeSlot]: pending,
  [ImageError.flashWriteFailed]: flash,
  [ImageError.flashEraseFailed]: flash,
  [ImageError.invalidHeader]: format,
  [ImageError.invalidMagic]: format,
  [ImageError.invalidFlashAddress]: ['image-range', 'not-locked', 'The image is for another slot.'],
  [ImageError.currentIsNewer]: ['wrong-state', 'not-locked', 'The part runs a newer version.'],
  [ImageError.alreadyPending]: pending,
  [ImageError.tooLarge]: range,
  [ImageError.overrun]: range,
  [ImageError.confirmDenied]: [
    'wrong-state',
    'not-locked',
    'The target does not let this image be confirmed.',
  ],
  [ImageError.testOfActive]: ['wrong-state', 'not-locked', 'The image runs already: it cannot be tried.'],
};
const mgmtCodes: Record<number, Meaning> = {
  [MgmtError.noEntry]: absent,
  [MgmtError.badState]: pending,
  [MgmtError.accessDenied]: ['protected', 'not-locked', 'The target does not allow it.'],
};

/** A refusal of the image group by its own meaning; everything else passes through unchanged. */
export function imageError(error: unknown): unknown {
  if (!(error instanceof DriverError) || error.code !== 'device-error') return error;
  const { group, rc } = error.context;
  const codes = group === SmpGroup.image ? imageCodes : mgmtCodes;
  const meaning = codes[Number(rc)];
  if (meaning === undefined) return error;
  const [code, chip, message] = meaning;
  return new DriverError(code, message, { chip, context: error.context, cause: error });
}

/** The target was built without the command. */
export const isUnsupported = (error: unknown): boolean =>
  error instanceof DriverError &&
  error.code === 'device-error' &&
  error.context['group'] === SmpGroup.os &&
  error.context['rc'] === MgmtError.notSupported;
