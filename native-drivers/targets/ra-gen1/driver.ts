import type { DeskFacts } from '#drivers/core/desk-facts.ts';
import type { ImageSource, TargetDriver } from '#drivers/core/driver.ts';
import { DriverError } from '#drivers/core/errors.ts';
import type { OperationTable } from '#drivers/core/operation-table.ts';
import type { OperationContext, OperationName } from '#drivers/core/operations.ts';
import { raBootDecoder } from '#drivers/protocols/ra-boot/decoder.ts';
import { readMemory } from '../ra-common/memory.ts';
import { program, verify, type FlashPort } from '../ra-common/program.ts';
import { raFlash } from '../ra-common/ra-rom.ts';
import { sessionOf } from '../ra-common/session.ts';
import type { Gen1Family } from './families.ts';
import { identify, readState } from './identify.ts';
import { injectKey, setBoundaries } from './keys.ts';
import { FINAL, initialize, moveLifecycle } from './lifecycle.ts';
import { lock } from './lock.ts';
import { Gen1Part, lifecycleOf } from './part.ts';

/** Where flash can be reached: all of it in SSD, the non-secure part in NSECSD. */
const OPEN: readonly string[] = ['SSD', 'NSECSD'];

/** Everything that a recipe can ask of a part; docs/targets/ra6m4.md says how each is done. */
function operationsOf(part: Gen1Part, family: Gen1Family, images: ImageSource): OperationTable {
  const flash = (context: OperationContext) => openFlash(part, context.signal);
  return {
    identify: ({ target }, context) => identify(part, family, target, context),
    initialize: (_input, context) => initialize(part, context),
    program: async ({ image }, context) => program(part, await flash(context), images.get(image), context),
    verify: async ({ image }, context) => verify(await flash(context), images.get(image), context),
    'inject-key': (input, context) => injectKey(part, input, context),
    'set-boundary': (input, context) => setBoundaries(part, input, context),
    'move-lifecycle': (input, context) => moveLifecycle(part, input, context),
    'read-memory': async (input, context) => readMemory(await flash(context), input, context),
    lock: (input, context) => lock(part, input, context),
    'read-state': (_input, context) => readState(part, context),
  };
}

/** A protected part is refused before the first block is erased. */
async function openFlash(part: Gen1Part, signal: AbortSignal): Promise<FlashPort> {
  const { dlm } = await lifecycleOf(await part.useRom(signal));
  if (OPEN.includes(dlm)) return raFlash(part, signal);
  throw new DriverError('protected', 'The flash cannot be reached in this state.', {
    chip: part.touched ? 'not-locked' : 'untouched',
    context: { dlm },
  });
}

const OPERATIONS: readonly OperationName[] = [
  ...(['identify', 'initialize', 'program', 'verify', 'inject-key', 'set-boundary'] as const),
  ...(['move-lifecycle', 'read-memory', 'lock', 'read-state'] as const),
];
/** Operations after whose failure only a read-back tells whether the part is locked. */
const LOCKING: readonly OperationName[] = ['lock', 'move-lifecycle', 'read-state', 'identify'];

/** DPL opens again by a key or by erasing all; what is behind it does not. */
const desk: DeskFacts = {
  isForEver: (operation, { to }) =>
    operation === 'lock' || (operation === 'move-lifecycle' && FINAL.some((state) => state === to)),
  shows: (operation, { to }) =>
    operation === 'move-lifecycle' && typeof to === 'string' ? { dlm: to } : null,
  fresh: ['CM', 'SSD'],
  rootsOfTrust: ['renesas-sce'],
  takes: ['image', 'rkey'],
};

/** A driver for one group of devices of the first generation, over their boot ROM. */
export function gen1Driver(family: Gen1Family): TargetDriver {
  return {
    id: family.target,
    title: family.title,
    operations: OPERATIONS,
    areas: family.areas,
    ...desk,
    decoder: raBootDecoder,
    open: (link, images) => {
      const part = new Gen1Part(link);
      return sessionOf(part, operationsOf(part, family, images), LOCKING);
    },
  };
}
