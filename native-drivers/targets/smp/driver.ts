import type { ImageSource, TargetDriver, TargetSession } from '#drivers/core/driver.ts';
import { DriverError } from '#drivers/core/errors.ts';
import type { Link } from '#drivers/core/link.ts';
import type { OperationTable } from '#drivers/core/operation-table.ts';
import type {
  MemoryArea,
  OperationContext,
  OperationName,
  OperationResult,
} from '#drivers/core/operations.ts';
import { goesOnAfter, targetSession } from '#drivers/core/target-session.ts';
import { smpDecoder } from '#drivers/protocols/smp/decoder.ts';
import { eraseSlot, readImages } from '#drivers/protocols/smp/image-group.ts';
import type { Awake } from './awake.ts';
import { smpImage } from './image.ts';
import { LIST, lifecycleOf, moveLifecycle } from './lifecycle.ts';
import { SmpTarget } from './part.ts';
import { program, verify } from './program.ts';

const TARGET = 'smp';
/** Erase of a slot: 100 ms for each page of 4 KiB. */
const ERASE_MS_PER_BYTE = 100 / 4096;
const UNTOLD_SLOT_BYTES = 1024 * 1024;

/** Says what is in the socket and changes nothing: an application is not started for it while the boot loader answers. */
async function identify(
  part: SmpTarget,
  target: string,
  { signal }: OperationContext,
): Promise<OperationResult<'identify'>> {
  part.forget();
  if (target !== TARGET)
    throw new DriverError('wrong-chip', 'The site is set up for another chip.', {
      chip: 'untouched',
      context: { expected: target, found: TARGET },
    });
  const awake = await part.use(signal);
  const images = await readImages(awake.client, { ...LIST, signal });
  const product = awake.way === 'recovery' ? 'MCUboot serial recovery' : 'MCUmgr application';
  const output = { chipUid: part.chipUid, product, target, areas: areasOf(awake) };
  return {
    output: { ...output, maxBaudRate: awake.client.baudRate, lifecycle: lifecycleOf(images) },
    measurements: [],
  };
}

/** SMP shows no addresses: an area is counted from the start of its slot. */
function areasOf({ slots }: Awake): MemoryArea[] {
  return slots.flatMap(({ slot, bytes }) =>
    bytes === null
      ? []
      : [{ kind: slot === 0 ? 'code' : 'other', start: 0, end: bytes - 1, eraseUnit: bytes, writeUnit: 1 }],
  );
}

async function readState(
  part: SmpTarget,
  { signal }: OperationContext,
): Promise<OperationResult<'read-state'>> {
  const { client, way, info } = await part.use(signal);
  const images = await readImages(client, { ...LIST, signal });
  const hex = (bytes: Uint8Array | null | undefined): string | null =>
    bytes == null ? null : Buffer.from(bytes).toString('hex');
  return {
    output: {
      chipUid: part.chipUid,
      via: way === 'recovery' ? 'boot-rom' : 'agent',
      lifecycle: lifecycleOf(images),
      locked: false,
      enrolled: info?.enrolled ?? null,
      deviceId: hex(info?.id),
      certificateFingerprint: hex(info?.cert),
      agentLocked: info?.locked ?? null,
    },
    measurements: [],
  };
}

/** Blanks the slot that does not run. A boot loader has no command for it: it erases what it is about to write. */
async function initialize(
  part: SmpTarget,
  { signal }: OperationContext,
): Promise<OperationResult<'initialize'>> {
  const { client, way, slots } = await part.use(signal);
  if (way === 'recovery')
    throw new DriverError('unsupported', 'Serial recovery erases only what it writes.', {
      chip: 'untouched',
    });
  const size = slots.find(({ slot }) => slot === 1)?.bytes ?? UNTOLD_SLOT_BYTES;
  part.touched = true;
  await eraseSlot(client, 1, { timeoutMs: 1000 + size * ERASE_MS_PER_BYTE, attempts: 2, signal });
  const images = await readImages(client, { ...LIST, signal });
  return { output: lifecycleOf(images), measurements: [] };
}

/**
 * Resets into the application: a swap that waits is carried out, a trial is taken back. By the reset line: after the reset
 * command a target goes on answering for a quarter of a second (boot_serial.c, `bs_reset`), and a second reset would take
 * a trial back.
 */
async function startFirmware(
  part: SmpTarget,
  { control }: Link,
  { signal }: OperationContext,
): Promise<OperationResult<'start-firmware'>> {
  const { client, slots } = await part.use(signal);
  if ((await readImages(client, { ...LIST, signal })).length === 0)
    throw new DriverError('wrong-state', 'There is no image to start.', { chip: 'not-locked' });
  const size = slots.find(({ slot }) => slot === 0)?.bytes ?? UNTOLD_SLOT_BYTES;
  part.touched = true;
  // A swap erases and writes both slots.
  part.goOnBy('application', 4 * size * ERASE_MS_PER_BYTE);
  await control.setMode('run');
  await control.reset();
  return { output: {}, measurements: [] };
}

function operationsOf(part: SmpTarget, link: Link, images: ImageSource): OperationTable {
  const parts = { part, images };
  return {
    identify: ({ target }, context) => identify(part, target, context),
    initialize: (_input, context) => initialize(part, context),
    program: ({ image }, context) => program(parts, image, context),
    verify: ({ image }, context) => verify(parts, image, context),
    'move-lifecycle': ({ to }, context) => moveLifecycle(part, to, context),
    'start-firmware': (_input, context) => startFirmware(part, link, context),
    'read-state': (_input, context) => readState(part, context),
  };
}

const OPERATIONS: readonly OperationName[] = [
  ...([
    'identify',
    'initialize',
    'program',
    'verify',
    'move-lifecycle',
    'start-firmware',
    'read-state',
  ] as const),
];

const goesOn = goesOnAfter('image-format', 'image-range');

function open(link: Link, images: ImageSource): TargetSession {
  const part = new SmpTarget(link);
  return targetSession(part, operationsOf(part, link, images), { goesOn, close: () => part.close() });
}

/** Any board with MCUboot: its serial recovery, or the SMP server of a Zephyr application, over a serial port. */
export const smpDriver: TargetDriver = {
  id: TARGET,
  title: 'MCUboot / MCUmgr over serial (SMP)',
  operations: OPERATIONS,
  // A trial is taken back by a reset; a confirmed image stays until another one is written.
  isForEver: (operation, { to }) => operation === 'move-lifecycle' && to === 'CONFIRM',
  shows: (operation, { to }) => {
    if (operation !== 'move-lifecycle') return null;
    return { dlm: to === 'CONFIRM' ? 'CONFIRMED' : 'TEST' };
  },
  describeImage: (image) => {
    const { version, signed } = smpImage(image);
    return `MCUboot image ${version}, ${signed ? 'signed' : 'not signed'}`;
  },
  takes: ['mcuboot-image'],
  decoder: smpDecoder,
  checkImage: (image) => void smpImage(image),
  open,
};
