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
import { MAX_BAUD_RATE, MAX_BLOCK } from '#drivers/protocols/stm32-boot/constants.ts';
import { stm32BootDecoder } from '#drivers/protocols/stm32-boot/decoder.ts';
import { Stm32Part, type Stm32Family } from './part.ts';
import { program, verify } from './program.ts';

const OPEN: Lifecycle = { dlm: 'RDP0', protection: null, authentication: null };
const PROTECTED: Lifecycle = { dlm: 'RDP1', protection: null, authentication: null };

/** Says what is in the socket and changes nothing. A protected part cannot show who it is: refused as `protected`. */
async function identify(
  part: Stm32Part,
  family: Stm32Family,
  target: string,
  { signal }: OperationContext,
): Promise<OperationResult<'identify'>> {
  part.forget();
  if (target !== family.target)
    throw new DriverError('wrong-chip', 'The site is set up for another chip.', {
      chip: 'untouched',
      context: { expected: target, found: family.target },
    });
  await part.use(signal);
  const { uid } = await part.wake(signal);
  const areas = family.areas.map((area) => ({ ...area }));
  const output = { chipUid: uid ?? '', product: family.product, target, maxBaudRate: MAX_BAUD_RATE, areas };
  return { output: { ...output, lifecycle: OPEN }, measurements: [] };
}

/** Back to an erased, unprotected part. Lifting level 1 erases all of the flash by itself. */
async function initialize(
  part: Stm32Part,
  { signal }: OperationContext,
): Promise<OperationResult<'initialize'>> {
  const { client, uid } = await part.wake(signal);
  part.touched = true;
  if (uid === null) {
    await client.readoutUnprotect();
    part.drop();
    await part.use(signal);
  } else await client.massErase();
  part.erased = true;
  return { output: OPEN, measurements: [] };
}

/** Level 1 hides flash and id from the boot loader until all is erased. Read back: the part must refuse to be read. */
async function protect(
  part: Stm32Part,
  level: string,
  { signal }: OperationContext,
): Promise<OperationResult<'protect'>> {
  if (level !== 'RDP1')
    throw new DriverError('unsupported', 'This boot loader knows readout protection level 1 only.', {
      chip: 'untouched',
      context: { level },
    });
  const client = await part.use(signal);
  part.touched = true;
  await client.readoutProtect();
  part.drop();
  if ((await part.wake(signal)).uid === null) return { output: PROTECTED, measurements: [] };
  throw new DriverError('wrong-state', 'The part can still be read after it was protected.', {
    chip: 'not-locked',
  });
}

async function readState(
  part: Stm32Part,
  { signal }: OperationContext,
): Promise<OperationResult<'read-state'>> {
  part.drop();
  const { uid } = await part.wake(signal);
  const identity = { enrolled: null, deviceId: null, certificateFingerprint: null, agentLocked: null };
  const lifecycle = uid === null ? PROTECTED : OPEN;
  return {
    output: { chipUid: uid ?? '', via: 'boot-rom', lifecycle, locked: false, ...identity },
    measurements: [],
  };
}

async function readMemory(
  part: Stm32Part,
  { address, length }: { address: number; length: number },
  { signal }: OperationContext,
): Promise<OperationResult<'read-memory'>> {
  const client = await part.use(signal);
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += MAX_BLOCK)
    bytes.set(await client.read(address + at, Math.min(MAX_BLOCK, length - at)), at);
  return { output: { bytes }, measurements: [] };
}

function operationsOf(part: Stm32Part, family: Stm32Family, images: ImageSource): OperationTable {
  const parts = { part, family, images };
  return {
    identify: ({ target }, context) => identify(part, family, target, context),
    initialize: (_input, context) => initialize(part, context),
    program: ({ image }, context) => program(parts, image, context),
    verify: ({ image }, context) => verify(parts, image, context),
    protect: ({ level }, context) => protect(part, level, context),
    'read-state': (_input, context) => readState(part, context),
    'read-memory': (input, context) => readMemory(part, input, context),
  };
}

const OPERATIONS: readonly OperationName[] = [
  ...(['identify', 'initialize', 'program', 'verify', 'protect', 'read-state', 'read-memory'] as const),
];

function open(link: Link, family: Stm32Family, images: ImageSource): TargetSession {
  const part = new Stm32Part(link, family);
  return targetSession(part, operationsOf(part, family, images));
}

/** The system memory boot loader of one line of STM32 (AN3155, AN2606) over USART. */
export function stm32Driver(family: Stm32Family): TargetDriver {
  return {
    id: family.target,
    title: `ST ${family.product}`,
    operations: OPERATIONS,
    parity: 'even',
    areas: family.areas,
    // Level 1 opens again by erasing all.
    isForEver: () => false,
    shows: (operation, { level }) =>
      operation === 'protect' && typeof level === 'string' ? { dlm: level } : null,
    fresh: ['RDP0'],
    decoder: stm32BootDecoder,
    open: (link, images) => open(link, family, images),
  };
}
