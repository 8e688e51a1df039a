import type { ImageSource, TargetDriver, TargetSession } from '#drivers/core/driver.ts';
import { DriverError } from '#drivers/core/errors.ts';
import type { Link } from '#drivers/core/link.ts';
import type { OperationTable } from '#drivers/core/operation-table.ts';
import type { OperationContext, OperationName, OperationResult } from '#drivers/core/operations.ts';
import { goesOnAfter, targetSession } from '#drivers/core/target-session.ts';
import { lifecycleOf } from '#drivers/roots-of-trust/nxp-puf/identity.ts';
import { READ_BYTES } from '#drivers/roots-of-trust/nxp-puf/key-store.ts';
import { enrolPuf, generateKey, restoreKeyStore, setUserKey } from '#drivers/roots-of-trust/nxp-puf/puf.ts';
import { partState } from '#drivers/roots-of-trust/nxp-puf/session.ts';
import { nxpBootDecoder } from '#drivers/protocols/nxp-boot/decoder.ts';
import type { NxpFamily } from './families.ts';
import { BAUD_RATES, NxpPart } from './part.ts';
import { program, verify } from './program.ts';

/** The slot that stands for all of them: a key store that was read from this very part. */
const KEY_STORE_SLOT = 'KEY-STORE';

/** Says what is in the socket and changes nothing. */
async function identify(
  part: NxpPart,
  family: NxpFamily,
  target: string,
  { signal }: OperationContext,
): Promise<OperationResult<'identify'>> {
  await part.begin();
  if (target !== family.target)
    throw new DriverError('wrong-chip', 'The site is set up for another chip.', {
      chip: 'untouched',
      context: { expected: target, found: family.target },
    });
  const client = await part.use(signal);
  const areas = family.areas.map((area) => ({ ...area }));
  const output = { chipUid: part.chipUid, product: family.product, target, areas };
  const lifecycle = await lifecycleOf(client);
  return { output: { ...output, maxBaudRate: BAUD_RATES[0] ?? 0, lifecycle }, measurements: [] };
}

/** Program flash only: configuration, key store and enrolment are in the protected region and stay. */
async function initialize(
  part: NxpPart,
  family: NxpFamily,
  { signal }: OperationContext,
): Promise<OperationResult<'initialize'>> {
  const client = await part.use(signal);
  part.touched = true;
  await client.eraseRegion(0, family.flashBytes);
  part.erased = true;
  return { output: await lifecycleOf(client), measurements: [] };
}

/** Read only. A part that is awake is not reset: keys may still be to come in this power cycle. */
async function readState(
  part: NxpPart,
  { signal }: OperationContext,
): Promise<OperationResult<'read-state'>> {
  return { output: await partState(await part.wake(signal)), measurements: [] };
}

async function enrol(part: NxpPart, context: OperationContext): Promise<OperationResult<'enrol'>> {
  const client = await part.use(context.signal);
  part.touched = true;
  return enrolPuf(client, part.chipUid, context);
}

async function injectStore(
  part: NxpPart,
  { slot, wrapped }: { slot: string; wrapped: Uint8Array },
  context: OperationContext,
): Promise<OperationResult<'inject-key'>> {
  if (slot !== KEY_STORE_SLOT)
    throw new DriverError('unsupported', 'This boot loader takes wrapped keys as a whole key store only.', {
      chip: 'untouched',
      context: { slot, expected: KEY_STORE_SLOT },
    });
  const client = await part.use(context.signal);
  part.touched = true;
  await restoreKeyStore(client, wrapped, context);
  return { output: { slot, verified: true }, measurements: [] };
}

/** In pieces: the protected region gives no more at once. */
async function readMemory(
  part: NxpPart,
  { address, length }: { address: number; length: number },
  { signal }: OperationContext,
): Promise<OperationResult<'read-memory'>> {
  const client = await part.use(signal);
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += READ_BYTES)
    bytes.set(await client.read(address + at, Math.min(READ_BYTES, length - at)), at);
  return { output: { bytes }, measurements: [] };
}

async function useChanging(part: NxpPart, signal: AbortSignal) {
  const client = await part.use(signal);
  part.touched = true;
  return client;
}

function operationsOf(part: NxpPart, family: NxpFamily, images: ImageSource): OperationTable {
  const parts = { part, family, images };
  return {
    identify: ({ target }, context) => identify(part, family, target, context),
    initialize: (_input, context) => initialize(part, family, context),
    program: ({ image }, context) => program(parts, image, context),
    verify: ({ image }, context) => verify(parts, image, context),
    enrol: (_input, context) => enrol(part, context),
    'generate-key': async ({ slot, bytes }, context) =>
      generateKey(await useChanging(part, context.signal), slot, bytes, context),
    'set-user-key': async ({ slot, key }, context) =>
      setUserKey(await useChanging(part, context.signal), slot, key, context),
    'inject-key': (input, context) => injectStore(part, input, context),
    'read-state': (_input, context) => readState(part, context),
    'read-memory': (input, context) => readMemory(part, input, context),
    'write-memory': async ({ address, bytes }, { signal }) => {
      await (await useChanging(part, signal)).write(address, bytes, { signal });
      return { output: {}, measurements: [] };
    },
  };
}

const OPERATIONS: readonly OperationName[] = [
  ...(['identify', 'initialize', 'program', 'verify', 'enrol', 'generate-key', 'set-user-key'] as const),
  ...(['inject-key', 'read-state', 'read-memory', 'write-memory'] as const),
];

/** Kept in flash by the ROM: activation code and key codes. */
const KEEPS: readonly OperationName[] = ['enrol', 'generate-key', 'set-user-key', 'inject-key'];

const goesOn = goesOnAfter('enrol-refused', 'image-range');

function open(link: Link, family: NxpFamily, images: ImageSource): TargetSession {
  const part = new NxpPart(link, family);
  // Whatever else was interrupted, the next step starts from a reset, and keys from an enrolment.
  return targetSession(part, operationsOf(part, family, images), { goesOn });
}

/** The ROM boot loader of one line of LPC55 over its UART, with its PUF. */
export function nxpDriver(family: NxpFamily): TargetDriver {
  return {
    id: family.target,
    title: `NXP ${family.product}`,
    operations: OPERATIONS,
    areas: family.areas,
    // What flash kept of the PUF before is gone with each of them.
    isForEver: (operation) => KEEPS.includes(operation),
    fresh: ['OPEN'],
    rootsOfTrust: ['nxp-puf'],
    takes: ['image'],
    decoder: nxpBootDecoder,
    open: (link, images) => open(link, family, images),
  };
}
