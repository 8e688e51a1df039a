import type { ImageSource, TargetSession, UsbTargetDriver } from '#drivers/core/driver.ts';
import { DriverError } from '#drivers/core/errors.ts';
import type { UsbLink } from '#drivers/core/link.ts';
import type { OperationTable } from '#drivers/core/operation-table.ts';
import type {
  Lifecycle,
  OperationContext,
  OperationName,
  OperationResult,
} from '#drivers/core/operations.ts';
import { targetSession } from '#drivers/core/target-session.ts';
import { cmsisDapDecoder } from '#drivers/protocols/cmsis-dap/decoder.ts';
import { areasOf, FLASH_START, RAM_START, RDP, type Stm32f0Device } from './device.ts';
import { Stm32f0Part as Part, type Level } from './part.ts';
import { isBlank, program, verify } from './program.ts';
import { loadOptions, readOptions, unlock, writeOptions } from './protection.ts';

const MOST_MEMORY = 64 * 1024;
/** USB ids are the probe maker's: a probe is told by the name of its interface. */
const NO_IDS: readonly string[] = [];

const lifecycleOf = (level: Level): Lifecycle => ({
  ...{ dlm: `RDP${level}`, protection: null, authentication: null },
});

/** Says what is in the socket and changes nothing. The id can be read at level 1 too. */
async function identify(
  part: Part,
  device: Stm32f0Device,
  target: string,
  { signal }: OperationContext,
): Promise<OperationResult<'identify'>> {
  part.forget();
  if (target !== device.target)
    throw new DriverError('wrong-chip', 'The site is set up for another chip.', {
      chip: 'untouched',
      context: { expected: target, found: device.target },
    });
  const { uid, level, flashBytes } = await part.wake(signal);
  const output = { chipUid: uid, product: device.product, target, maxBaudRate: device.swdHz };
  const areas = areasOf(device, flashBytes);
  return { output: { ...output, areas, lifecycle: lifecycleOf(level) }, measurements: [] };
}

/** Back to an erased, open part without write protection. Going from level 1 to 0 erases all of the flash by itself. */
async function initialize(
  part: Part,
  device: Stm32f0Device,
  { signal }: OperationContext,
): Promise<OperationResult<'initialize'>> {
  const { access, core, level } = await part.wake(signal);
  const options = await readOptions(access);
  const factory = [RDP.open, options[1] ?? 0xff, ...Array<number>(6).fill(0xff)];
  part.touched = true;
  if (level !== 0 || options.some((value, index) => value !== factory[index])) {
    await core.halt();
    if (!part.flashRuns) await unlock(access);
    await writeOptions(access, factory);
    await loadOptions(access);
    part.drop();
  }
  const { flash, flashBytes } = await part.use(signal);
  if (!(await isBlank(flash, device, flashBytes, signal))) await flash.eraseAll(signal);
  await flash.done(signal);
  if (!(await isBlank(flash, device, flashBytes, signal)))
    throw new DriverError('verify-mismatch', 'The flash is not blank after it was erased.');
  return { output: lifecycleOf(0), measurements: [] };
}

/**
 * Level 1: from the erase of the option bytes on, a part whose answer is lost may be protected or not, and only reading
 * it again tells. Read back before they are loaded, and as the level in force after it.
 */
async function protect(
  part: Part,
  wanted: string,
  { signal }: OperationContext,
): Promise<OperationResult<'protect'>> {
  if (wanted !== 'RDP1')
    throw new DriverError('unsupported', 'This driver sets readout protection level 1 only.', {
      chip: 'untouched',
      context: { level: wanted },
    });
  // The flash program's start has unlocked the registers.
  const { access, core } = await part.use(signal);
  const options = await readOptions(access);
  await core.halt();
  part.touched = true;
  try {
    await writeOptions(access, [RDP.level1, ...options.slice(1)]);
    await loadOptions(access);
  } catch (cause) {
    throw unknownOutcome(cause);
  }
  part.drop();
  const { level } = await part.wake(signal);
  if (level === 1) return { output: lifecycleOf(1), measurements: [] };
  throw new DriverError('wrong-state', 'The part is not at level 1 after it was protected.', {
    chip: 'not-locked',
  });
}

function unknownOutcome(cause: unknown): DriverError {
  return new DriverError(
    'outcome-unknown',
    'The part was not heard of after it was told to protect itself.',
    {
      chip: 'unknown',
      cause,
    },
  );
}

async function readState(part: Part, { signal }: OperationContext): Promise<OperationResult<'read-state'>> {
  part.drop();
  const { uid, level } = await part.wake(signal);
  const identity = { enrolled: null, deviceId: null, certificateFingerprint: null, agentLocked: null };
  const output = { chipUid: uid, via: 'boot-rom' as const, lifecycle: lifecycleOf(level), locked: false };
  return { output: { ...output, ...identity }, measurements: [] };
}

async function readMemory(
  part: Part,
  { address, length }: { address: number; length: number },
  { signal }: OperationContext,
): Promise<OperationResult<'read-memory'>> {
  if (length > MOST_MEMORY) throw badRange(address, length);
  const { access } = await part.wake(signal);
  return { output: { bytes: await access.readBytes(address, length) }, measurements: [] };
}

/** RAM and registers. Flash is programmed, not written; the RAM's start belongs to the flash program while it runs. */
async function writeMemory(
  part: Part,
  { address, bytes }: { address: number; bytes: Uint8Array },
  { signal }: OperationContext,
): Promise<OperationResult<'write-memory'>> {
  if (bytes.length > MOST_MEMORY || (address >= FLASH_START && address < RAM_START))
    throw badRange(address, bytes.length);
  const { access, core } = await part.wake(signal);
  await core.halt();
  part.touched = true;
  await access.writeBytes(address, bytes);
  part.releaseFlash();
  return { output: {}, measurements: [] };
}

async function startFirmware(
  part: Part,
  link: UsbLink,
  { signal }: OperationContext,
): Promise<OperationResult<'start-firmware'>> {
  const { core } = await part.wake(signal);
  await link.control.setMode('run');
  await core.runFreely();
  part.drop();
  return { output: {}, measurements: [] };
}

const badRange = (address: number, length: number): DriverError =>
  new DriverError('bad-argument', 'That memory cannot be reached so.', {
    chip: 'untouched',
    context: { address, length },
  });

function operationsOf(part: Part, link: UsbLink, device: Stm32f0Device, images: ImageSource): OperationTable {
  const parts = { part, device, images };
  return {
    identify: ({ target }, context) => identify(part, device, target, context),
    initialize: (_input, context) => initialize(part, device, context),
    program: ({ image }, context) => program(parts, image, context),
    verify: ({ image }, context) => verify(parts, image, context),
    protect: ({ level }, context) => protect(part, level, context),
    'start-firmware': (_input, context) => startFirmware(part, link, context),
    'read-state': (_input, context) => readState(part, context),
    'read-memory': (input, context) => readMemory(part, input, context),
    'write-memory': (input, context) => writeMemory(part, input, context),
  };
}

const OPERATIONS: readonly OperationName[] = [
  ...(['identify', 'initialize', 'program', 'verify', 'protect', 'start-firmware'] as const),
  ...(['read-state', 'read-memory', 'write-memory'] as const),
];

function open(link: UsbLink, device: Stm32f0Device, images: ImageSource): TargetSession {
  const part = new Part(link, device);
  return targetSession(part, operationsOf(part, link, device, images), { close: () => part.close() });
}

/** An STM32F0 on the SWD line of any CMSIS-DAP probe. */
export function stm32f0DapDriver(device: Stm32f0Device): UsbTargetDriver {
  return {
    id: device.target,
    title: `ST ${device.product} on a CMSIS-DAP probe`,
    reach: 'usb',
    devices: NO_IDS,
    operations: OPERATIONS,
    areas: areasOf(device, device.flashBytes),
    // Level 1 opens again by erasing all; level 2 is not offered.
    isForEver: () => false,
    shows: (operation, { level }) =>
      operation === 'protect' && typeof level === 'string' ? { dlm: level } : null,
    fresh: ['RDP0'],
    decoder: cmsisDapDecoder,
    open: (link, images) => open(link, device, images),
  };
}
