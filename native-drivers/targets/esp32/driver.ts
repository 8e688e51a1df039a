import type { ImageSource, TargetDriver, TargetSession } from '#drivers/core/driver.ts';
import { DriverError } from '#drivers/core/errors.ts';
import type { Link } from '#drivers/core/link.ts';
import type { OperationTable } from '#drivers/core/operation-table.ts';
import type { OperationName } from '#drivers/core/operations.ts';
import { targetSession } from '#drivers/core/target-session.ts';
import { espRomDecoder } from '#drivers/protocols/esp-rom/decoder.ts';
import type { EspChip } from './chips.ts';
import { burn } from './burn.ts';
import { deskFacts } from './desk.ts';
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
  // A fuse that did not take leaves a part unknown.
  const unsure = (operation: string, error: unknown): boolean => operation === 'burn' && isMismatch(error);
  return targetSession(part, operationsOf(part, images), { unsure });
}

const isMismatch = (error: unknown): boolean =>
  error instanceof DriverError && error.code === 'verify-mismatch';

/** The ROM loader of one chip of the ESP32 family over its UART. */
export function espDriver(chip: EspChip): TargetDriver {
  return {
    id: chip.target,
    title: `Espressif ${chip.product}`,
    operations: OPERATIONS,
    ...deskFacts(chip),
    decoder: espRomDecoder,
    open: (link, images) => open(link, chip, images),
  };
}
