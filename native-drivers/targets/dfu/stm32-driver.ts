import type { ImageSource, TargetSession, UsbTargetDriver } from '#drivers/core/driver.ts';
import { DriverError } from '#drivers/core/errors.ts';
import type { UsbLink } from '#drivers/core/link.ts';
import type { OperationTable } from '#drivers/core/operation-table.ts';
import type { OperationContext, OperationName, OperationResult } from '#drivers/core/operations.ts';
import { targetSession } from '#drivers/core/target-session.ts';
import { dfuseDecoder } from '#drivers/protocols/dfu/decoder.ts';
import { areasOf, memoryAt } from './memory.ts';
import { blocksOf, isBlank } from './pieces.ts';
import { leftTheBus } from './left-the-bus.ts';
import { eraseAll, FULL_SPEED, program, verify } from './stm32-program.ts';
import { protect, unprotect } from './stm32-protect.ts';
import { DEVICE, isProtected, lifecycle, Stm32DfuPart } from './stm32-part.ts';
import { stopIfAborted } from './stop.ts';

const TARGET = 'stm32-dfu';

/** Says what is on the bus and changes nothing. A protected part still shows its serial number. */
async function identify(
  part: Stm32DfuPart,
  target: string,
  { signal }: OperationContext,
): Promise<OperationResult<'identify'>> {
  part.forget();
  if (target !== TARGET)
    throw new DriverError('wrong-chip', 'The site is set up for another chip.', {
      ...{ chip: 'untouched', context: { expected: target, found: TARGET } },
    });
  const open = await part.use(signal);
  const { uid, client } = await part.socket.look(signal);
  const product = client.usb.device.productName ?? DEVICE;
  const output = { chipUid: uid, product, target, maxBaudRate: FULL_SPEED, areas: areasOf(open.flash) };
  return { output: { ...output, lifecycle: lifecycle(await isProtected(open)) }, measurements: [] };
}

/** Back to an erased, open part. */
async function initialize(
  part: Stm32DfuPart,
  context: OperationContext,
): Promise<OperationResult<'initialize'>> {
  const open = await part.use(context.signal);
  if (await isProtected(open)) await unprotect(part, open, context.signal);
  else await eraseAll(part, open, context);
  part.erased = true;
  return { output: lifecycle(false), measurements: [] };
}

async function readState(
  part: Stm32DfuPart,
  { signal }: OperationContext,
): Promise<OperationResult<'read-state'>> {
  const open = await part.use(signal);
  const { uid } = await part.socket.look(signal);
  const identity = { enrolled: null, deviceId: null, certificateFingerprint: null, agentLocked: null };
  return {
    output: {
      ...{ chipUid: uid, via: 'boot-rom', locked: false, ...identity },
      lifecycle: lifecycle(await isProtected(open)),
    },
    measurements: [],
  };
}

/** Any memory that the boot loader shows as readable. */
async function readMemory(
  part: Stm32DfuPart,
  { address, length }: { address: number; length: number },
  { signal }: OperationContext,
): Promise<OperationResult<'read-memory'>> {
  const { dfuse, flash } = await part.open(signal);
  const memory = memoryAt(dfuse.dfu, address, length);
  if (memory === null) throw outside(address);
  await dfuse.select(memory.setting);
  const bytes = new Uint8Array(length);
  for (const block of blocksOf([{ address, bytes }], dfuse.dfu.transferSize)) {
    stopIfAborted(signal);
    bytes.set(await dfuse.read(block.address, block.bytes.length), block.address - address);
  }
  if (memory.setting !== flash.setting) await dfuse.select(flash.setting);
  return { output: { bytes }, measurements: [] };
}

/** Flash only, and only where it is blank: option bytes and OTP may be for ever. */
async function writeMemory(
  part: Stm32DfuPart,
  { address, bytes }: { address: number; bytes: Uint8Array },
  { signal }: OperationContext,
): Promise<OperationResult<'write-memory'>> {
  const { dfuse, flash } = await part.open(signal);
  if (memoryAt(dfuse.dfu, address, bytes.length)?.setting !== flash.setting) throw outside(address);
  for (const block of blocksOf([{ address, bytes }], dfuse.dfu.transferSize)) {
    stopIfAborted(signal);
    if (!isBlank(await dfuse.read(block.address, block.bytes.length)))
      throw new DriverError('wrong-state', 'The flash is not blank there: erase it first.', {
        ...{ chip: part.socket.touched ? 'not-locked' : 'untouched', context: { address: block.address } },
      });
    part.socket.touched = true;
    part.erased = false;
    await dfuse.write(block.address, block.bytes);
  }
  return { output: {}, measurements: [] };
}

/** The part leaves the bus; what it is then is its program's affair. */
async function startFirmware(
  part: Stm32DfuPart,
  { signal }: OperationContext,
): Promise<OperationResult<'start-firmware'>> {
  const { dfuse, flash } = await part.open(signal);
  const left = leftTheBus(dfuse.dfu.usb, signal);
  await Promise.all([left, dfuse.leave(flash.runs[0]?.start ?? 0)]);
  part.drop();
  return { output: {}, measurements: [] };
}

const outside = (address: number): DriverError =>
  new DriverError('bad-argument', 'The boot loader offers no memory there.', {
    ...{ chip: 'untouched', context: { address: `0x${address.toString(16).padStart(8, '0')}` } },
  });

function operationsOf(part: Stm32DfuPart, images: ImageSource): OperationTable {
  return {
    identify: ({ target }, context) => identify(part, target, context),
    initialize: (_input, context) => initialize(part, context),
    program: ({ image }, context) => program(part, images, image, context),
    verify: ({ image }, context) => verify(part, images, image, context),
    protect: ({ level }, context) => protect(part, level, context),
    'start-firmware': (_input, context) => startFirmware(part, context),
    'read-state': (_input, context) => readState(part, context),
    'read-memory': (input, context) => readMemory(part, input, context),
    'write-memory': (input, context) => writeMemory(part, input, context),
  };
}

const OPERATIONS: readonly OperationName[] = [
  ...(['identify', 'initialize', 'program', 'verify', 'protect', 'start-firmware'] as const),
  ...(['read-state', 'read-memory', 'write-memory'] as const),
];

function open(link: UsbLink, images: ImageSource): TargetSession {
  const part = new Stm32DfuPart(link);
  return targetSession(part, operationsOf(part, images));
}

/** The USB boot loader in the system memory of STM32 (AN3156, AN2606). */
export const stm32Dfu: UsbTargetDriver = {
  id: TARGET,
  title: 'ST STM32 over USB (DfuSe)',
  reach: 'usb',
  devices: [DEVICE],
  operations: OPERATIONS,
  takes: ['image', 'dfuse'],
  // Level 1 opens again by erasing all.
  isForEver: () => false,
  shows: (operation, { level }) =>
    operation === 'protect' && typeof level === 'string' ? { dlm: level } : null,
  fresh: ['RDP0'],
  decoder: dfuseDecoder,
  open,
};
