import type { ImageSource, TargetDriver } from '#drivers/core/driver.ts';
import { DriverError } from '#drivers/core/errors.ts';
import type { OperationTable } from '#drivers/core/operation-table.ts';
import type {
  Lifecycle,
  OperationContext,
  OperationInput,
  OperationName,
  OperationResult,
} from '#drivers/core/operations.ts';
import { rxBootDecoder } from '#drivers/protocols/ra-boot/decoder.ts';
import { throwIfAborted } from '#drivers/protocols/ra-boot/frame-link.ts';
import { injectTsipKey, tsipKey, tsipLifecycle } from '#drivers/roots-of-trust/renesas-tsip/wrapped-key.ts';
import { readMemory } from '../ra-common/memory.ts';
import { program, verify } from '../ra-common/program.ts';
import { sessionOf } from '../ra-common/session.ts';
import type { RxFamily } from './families.ts';
import { rxFlash } from './flash.ts';
import { RxPart, type RxRom } from './part.ts';

/** An erase command is checked for a cancel after at most this much. */
const ERASE_SLICE = 0x4_0000;
/** Not a state of the chip: its ID code is given. */
const UNLOCKED = 'UNLOCKED';

async function lifecycleOf({ needsId, client }: RxRom): Promise<Lifecycle> {
  if (needsId) return { dlm: UNLOCKED, protection: null, authentication: 'ID' };
  return tsipLifecycle(client);
}

/** A part that asks for its ID code is refused as `protected` until `move-lifecycle` to UNLOCKED has given it. */
async function identify(
  part: RxPart,
  family: RxFamily,
  target: string,
  { signal }: OperationContext,
): Promise<OperationResult<'identify'>> {
  part.forget();
  if (target !== family.target)
    throw new DriverError('wrong-chip', 'The site is set up for another chip.', {
      chip: 'untouched',
      context: { expected: target, found: family.target },
    });
  const rom = await part.useRom(signal);
  const { chipUid, type, maxBaudRate } = rom;
  const areas = family.areas.map((area) => ({ ...area }));
  const product = `${family.title} (${type})`;
  const output = { chipUid, product, target, maxBaudRate, areas, lifecycle: await lifecycleOf(rom) };
  return { output, measurements: [] };
}

/** Erases every block that is not blank. Option-setting memory stays as it is: this boot ROM has no command for all. */
async function initialize(
  part: RxPart,
  family: RxFamily,
  context: OperationContext,
): Promise<OperationResult<'initialize'>> {
  const rom = await part.useRom(context.signal);
  const flash = rxFlash(rom.client, family.areas);
  part.touched = true;
  for (const { start, end, eraseUnit } of family.areas)
    for (let at = start; at <= end; at += ERASE_SLICE) {
      throwIfAborted(context.signal);
      context.progress({ done: 0, total: 0, unit: 'steps', note: 'Erase' });
      await flash.erase({ start: at, end: Math.min(at + ERASE_SLICE - 1, end) }, eraseUnit);
    }
  part.erased = true;
  return { output: await lifecycleOf(rom), measurements: [] };
}

/** Gives the ID code; it is given again after each reset of this session. The caller's copy is wiped. */
async function moveLifecycle(
  part: RxPart,
  { to, key }: OperationInput<'move-lifecycle'>,
  { signal }: OperationContext,
): Promise<OperationResult<'move-lifecycle'>> {
  try {
    if (to !== UNLOCKED || key?.length !== 16)
      throw new DriverError('bad-argument', 'This chip can be unlocked by an ID code of 16 bytes only.', {
        chip: 'untouched',
        context: { to },
      });
    part.idCode.set(key);
    part.drop();
    return { output: await lifecycleOf(await part.useRom(signal)), measurements: [] };
  } catch (error) {
    part.idCode.wipe();
    throw error;
  } finally {
    key?.fill(0);
  }
}

/** A wrapped key (.rkey file) into a blank page of data flash, for the firmware to give to the TSIP. */
async function injectKey(
  part: RxPart,
  input: OperationInput<'inject-key'>,
  { signal }: OperationContext,
): Promise<OperationResult<'inject-key'>> {
  const key = tsipKey(input);
  const { client } = await part.useRom(signal);
  part.touched = true;
  part.erased = false;
  return injectTsipKey(client, key);
}

async function readState(part: RxPart, { signal }: OperationContext): Promise<OperationResult<'read-state'>> {
  part.drop();
  const rom = await part.useRom(signal);
  const identity = { enrolled: null, deviceId: null, certificateFingerprint: null, agentLocked: null };
  const { chipUid } = rom;
  const output = {
    chipUid,
    via: 'boot-rom',
    lifecycle: await lifecycleOf(rom),
    locked: false,
    ...identity,
  } as const;
  return { output, measurements: [] };
}

function operationsOf(part: RxPart, family: RxFamily, images: ImageSource): OperationTable {
  const flash = async ({ signal }: OperationContext) =>
    rxFlash((await part.useRom(signal)).client, family.areas);
  return {
    identify: ({ target }, context) => identify(part, family, target, context),
    initialize: (_input, context) => initialize(part, family, context),
    program: async ({ image }, context) => program(part, await flash(context), images.get(image), context),
    verify: async ({ image }, context) => verify(await flash(context), images.get(image), context),
    'inject-key': (input, context) => injectKey(part, input, context),
    'move-lifecycle': (input, context) => moveLifecycle(part, input, context),
    'read-memory': async (input, context) => readMemory(await flash(context), input, context),
    'read-state': (_input, context) => readState(part, context),
  };
}

const OPERATIONS: readonly OperationName[] = [
  ...([
    'identify',
    'initialize',
    'program',
    'verify',
    'inject-key',
    'move-lifecycle',
    'read-memory',
    'read-state',
  ] as const),
];

/** A driver for one RX group over its boot mode. Nothing that it does is for ever. */
export function rxDriver(family: RxFamily): TargetDriver {
  return {
    id: family.target,
    title: family.title,
    operations: OPERATIONS,
    areas: family.areas,
    // The one move is to give an ID code.
    isForEver: () => false,
    fresh: ['OPEN', UNLOCKED],
    rootsOfTrust: ['renesas-tsip'],
    takes: ['image', 'rkey'],
    decoder: rxBootDecoder,
    open: (link, images) => {
      const part = new RxPart(link, family);
      return sessionOf(part, operationsOf(part, family, images), []);
    },
  };
}
