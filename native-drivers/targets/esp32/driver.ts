import type { ImageSource, TargetDriver, TargetSession } from '#drivers/core/driver.ts';
import { DriverError } from '#drivers/core/errors.ts';
import type { Link } from '#drivers/core/link.ts';
import { runOperation, type OperationTable } from '#drivers/core/operation-table.ts';
import type { OperationName } from '#drivers/core/operations.ts';
import type { EspChip } from './chips.ts';
import { burn } from './burn.ts';
import { identify, readState } from './identify.ts';
import { initialize, readMemory, writeMemory } from './memory.ts';
import { EspPart } from './part.ts';
import { program } from './program.ts';
import { verify } from './verify.ts';

const OPERATIONS: readonly OperationName[] = [
  ...(['identify', 'initialize', 'program', 'verify', 'burn', 'read-state', 'read-memory'] as const),
  'write-memory',
];

function operationsOf(part: EspPart, images: ImageSource): OperationTable {
  return {
    identify: ({ target }, context) => identify(part, target, context),
    initialize: (_input, context) => initialize(part, context),
    program: ({ image }, context) => program(part, images.get(image), context),
    verify: ({ image }, context) => verify(part, images.get(image), context),
    burn: (input, context) => burn(part, input, context),
    'read-state': (_input, context) => readState(part, context),
    'read-memory': (input, context) => readMemory(part, input, context),
    'write-memory': (input, context) => writeMemory(part, input, context),
  };
}

function open(link: Link, chip: EspChip, images: ImageSource): TargetSession {
  const part = new EspPart(link, chip);
  const table = operationsOf(part, images);
  return {
    run: async (operation, input, context) => {
      try {
        return await runOperation(table, operation, input, context);
      } catch (error) {
        // Whatever was interrupted, the next step starts from a reset.
        part.drop();
        throw withChipState(error, operation, part);
      }
    },
    close: () => {
      part.drop();
      return Promise.resolve();
    },
  };
}

/** Flash can be written anew: a part is untouched or not locked. A fuse that did not take leaves it unknown. */
function withChipState(error: unknown, operation: OperationName, part: EspPart): unknown {
  if (!(error instanceof DriverError) || error.chip !== 'unknown') return error;
  const halfBurned = operation === 'burn' && error.code === 'verify-mismatch';
  if (error.code === 'outcome-unknown' || halfBurned) return error;
  const chip = part.touched ? 'not-locked' : 'untouched';
  return new DriverError(error.code, error.message, { chip, context: error.context, cause: error.cause });
}

/** The ROM loader of one chip of the ESP32 family over its UART. */
export function espDriver(chip: EspChip): TargetDriver {
  return {
    id: chip.target,
    title: `Espressif ${chip.product}`,
    operations: OPERATIONS,
    open: (link, images) => open(link, chip, images),
  };
}
