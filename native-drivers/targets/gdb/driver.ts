import type { ImageSource, TargetDriver, TargetSession } from '#drivers/core/driver.ts';
import { DriverError } from '#drivers/core/errors.ts';
import type { Link } from '#drivers/core/link.ts';
import type { OperationTable } from '#drivers/core/operation-table.ts';
import type {
  Lifecycle,
  OperationContext,
  OperationName,
  OperationResult,
} from '#drivers/core/operations.ts';
import { targetSession } from '#drivers/core/target-session.ts';
import { gdbRemoteDecoder } from '#drivers/protocols/gdb-remote/decoder.ts';
import type { GdbDevice } from './device.ts';
import { GdbPart, type AwakePart } from './part.ts';
import { program, stopIfAborted, verify } from './program.ts';
import { readBack } from './verify.ts';

const lifecycleOf = ({ level }: Pick<AwakePart, 'level'>): Lifecycle => ({
  dlm: level ?? 'RDP0',
  protection: null,
  authentication: null,
});

/** Says what is behind the server and changes nothing but that it halts. */
async function identify(
  part: GdbPart,
  target: string,
  { signal }: OperationContext,
): Promise<OperationResult<'identify'>> {
  part.forget();
  const { device } = part;
  if (target !== device.target)
    throw new DriverError('wrong-chip', 'The site is set up for another chip.', {
      chip: 'untouched',
      context: { expected: target, found: device.target },
    });
  const awake = await part.use(signal);
  const areas = await part.areas(awake);
  const { product } = device;
  const output = {
    chipUid: awake.uid,
    product,
    target,
    maxBaudRate: 0,
    areas,
    lifecycle: lifecycleOf(awake),
  };
  return { output, measurements: [] };
}

const cannot = (awake: AwakePart, what: string): DriverError =>
  new DriverError('unsupported', 'This debug server has no documented way to do that.', {
    chip: 'untouched',
    context: { server: awake.server.name, what },
  });

/** Back to an erased, open part. A part that is protected for ever is not asked. */
async function initialize(
  part: GdbPart,
  { signal }: OperationContext,
): Promise<OperationResult<'initialize'>> {
  const awake = await part.wake(signal);
  if (awake.level === 'RDP2')
    throw new DriverError('locked', 'The part is protected for ever (level 2).', { chip: 'locked' });
  const act = awake.level === 'RDP1' ? awake.server.unprotect : awake.server.eraseAll;
  if (act === null) throw cannot(awake, 'initialize');
  stopIfAborted(signal);
  part.touched = true;
  await act(awake.client);
  // Read back: who it is and how it is protected.
  part.drop();
  const after = await part.use(signal);
  part.erased = true;
  return { output: lifecycleOf(after), measurements: [] };
}

/** Level 1 hides the flash from every debugger until all is erased. Level 2 is never asked for: it is for ever. */
async function protect(
  part: GdbPart,
  level: string,
  { signal }: OperationContext,
): Promise<OperationResult<'protect'>> {
  const awake = await part.use(signal);
  const act = awake.server.protect;
  if (level !== 'RDP1' || act === null) throw cannot(awake, `protect ${level}`);
  stopIfAborted(signal);
  part.touched = true;
  await act(awake.client);
  part.drop();
  const after = await part.wake(signal);
  if (after.level === 'RDP1') return { output: lifecycleOf(after), measurements: [] };
  throw new DriverError('wrong-state', 'The part is not protected after it was told to be.', {
    chip: 'not-locked',
  });
}

async function readState(
  part: GdbPart,
  { signal }: OperationContext,
): Promise<OperationResult<'read-state'>> {
  part.drop();
  const awake = await part.wake(signal);
  const identity = { enrolled: null, deviceId: null, certificateFingerprint: null, agentLocked: null };
  const output = {
    ...{ chipUid: awake.uid, lifecycle: lifecycleOf(awake), locked: awake.level === 'RDP2' },
    via: 'boot-rom' as const,
  };
  return { output: { ...output, ...identity }, measurements: [] };
}

async function startFirmware(
  part: GdbPart,
  { signal }: OperationContext,
): Promise<OperationResult<'start-firmware'>> {
  const { client, server } = await part.wake(signal);
  await server.start(client);
  part.drop();
  return { output: {}, measurements: [] };
}

async function readMemory(
  part: GdbPart,
  { address, length }: { address: number; length: number },
  { signal }: OperationContext,
): Promise<OperationResult<'read-memory'>> {
  const { client } = await part.use(signal);
  return { output: { bytes: await readBack(client, address, length, signal) }, measurements: [] };
}

/** RAM and registers; flash is written by `program`. Read back, as a stub's OK does not say that anything is there. */
async function writeMemory(
  part: GdbPart,
  { address, bytes }: { address: number; bytes: Uint8Array },
  { signal }: OperationContext,
): Promise<OperationResult<'write-memory'>> {
  const { client } = await part.use(signal);
  part.touched = true;
  for (let at = 0; at < bytes.length; at += client.mostWrite) {
    stopIfAborted(signal);
    await client.writeMemory(address + at, bytes.subarray(at, at + client.mostWrite));
  }
  const read = await readBack(client, address, bytes.length, signal);
  if (Buffer.from(read).equals(bytes)) return { output: {}, measurements: [] };
  throw new DriverError('verify-mismatch', 'The memory does not hold what was written.', {
    chip: 'not-locked',
    context: { address: `0x${address.toString(16).padStart(8, '0')}` },
  });
}

function operationsOf(part: GdbPart, images: ImageSource): OperationTable {
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

const ALWAYS = [
  'identify',
  'program',
  'verify',
  'start-firmware',
  'read-state',
  'read-memory',
  'write-memory',
] as const;
const OF_SILICON = ['initialize', 'protect'] as const;

function open(link: Link, device: GdbDevice, images: ImageSource): TargetSession {
  const part = new GdbPart(link, device);
  return targetSession(part, operationsOf(part, images), { close: () => part.release() });
}

/** One device behind any debug server that speaks GDB's remote protocol, over a serial port or TCP. */
export function gdbDriver(device: GdbDevice): TargetDriver {
  const operations: readonly OperationName[] = device.emulated ? ALWAYS : [...ALWAYS, ...OF_SILICON];
  return {
    ...{ id: device.target, title: device.title, operations, areas: device.areas },
    // Level 1 opens again by erasing all; level 2 is never asked for.
    isForEver: () => false,
    shows: (operation, { level }) =>
      operation === 'protect' && typeof level === 'string' ? { dlm: level } : null,
    fresh: ['RDP0'],
    decoder: gdbRemoteDecoder,
    open: (link, images) => open(link, device, images),
  };
}
