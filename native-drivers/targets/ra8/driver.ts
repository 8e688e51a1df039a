import type { DeskFacts } from '#drivers/core/desk-facts.ts';
import type { ImageSource, TargetDriver, TargetSession } from '#drivers/core/driver.ts';
import type { Link } from '#drivers/core/link.ts';
import type { OperationTable } from '#drivers/core/operation-table.ts';
import type { OperationContext, OperationName } from '#drivers/core/operations.ts';
import { RA8M1_AREAS } from '#drivers/images/known-areas.ts';
import { ra8Decoder } from './decoder.ts';
import { identify } from './identify.ts';
import type { Family } from './identify.ts';
import { lock } from './lock.ts';
import { Ra8Part } from './part.ts';
import { initialize, injectBootCertificates, injectOemRootKey } from './prepare.ts';
import { program, verify } from '../ra-common/program.ts';
import { raFlash } from '../ra-common/ra-rom.ts';
import { sessionOf } from '../ra-common/session.ts';
import { readState } from './read-state.ts';

/** Everything that a recipe can ask of an RA8 part; docs/targets/ra8m1.md says how each is done. */
function operationsOf(part: Ra8Part, family: Family, images: ImageSource): OperationTable {
  const agent = async (context: OperationContext) => (await part.useAgent(context.signal)).session;
  const flash = (context: OperationContext) => raFlash(part, context.signal);
  return {
    identify: ({ target }, context) => identify(part, family, target, context),
    initialize: (_input, context) => initialize(part, context),
    'inject-oem-root-key': (input, context) => injectOemRootKey(part, input, context),
    program: async ({ image }, context) => program(part, await flash(context), images.get(image), context),
    verify: async ({ image }, context) => verify(await flash(context), images.get(image), context),
    'inject-boot-certificates': (input, context) => injectBootCertificates(part, input, context),
    'boot-application': async (_input, context) => (await agent(context)).info(context),
    enrol: async ({ keepFor }, context) => (await agent(context)).enrol(context, keepFor),
    reconstruct: async (input, context) => (await agent(context)).reconstruct(input, context),
    csr: async (input, context) => (await agent(context)).csr(input, context),
    inject: async (input, context) => (await agent(context)).inject(input, context),
    prove: async (input, context) => (await agent(context)).prove(input, context),
    lock: (input, context) => lock(part, input, context),
    'read-state': (_input, context) => readState(part, context),
  };
}

/** The lock, and the root key where it is told to stay: after it the chip starts nothing that this key does not vouch for. */
const desk: DeskFacts = {
  isForEver: (operation, params) =>
    operation === 'lock' || (operation === 'inject-oem-root-key' && params['permanent'] === true),
  fresh: ['CM', 'OEM'],
  rootsOfTrust: ['qdid', 'esecure', 'software'],
  takes: ['image', 'rkey', 'key-certificate', 'code-certificate'],
};

/** A driver for one product family of RA8. */
export function ra8Driver(family: Family, title: string): TargetDriver {
  return {
    id: family.target,
    title,
    operations: OPERATIONS,
    areas: RA8M1_AREAS,
    ...desk,
    decoder: ra8Decoder,
    open: (link, images) => openSession(link, family, images),
  };
}

const OPERATIONS: readonly OperationName[] = [
  'identify',
  'initialize',
  'inject-oem-root-key',
  'program',
  'verify',
  'inject-boot-certificates',
  'boot-application',
  'enrol',
  'reconstruct',
  'csr',
  'inject',
  'prove',
  'lock',
  'read-state',
];

/** Operations after whose failure only a read-back tells whether the part is locked. */
const LOCKING: readonly OperationName[] = ['lock', 'read-state', 'identify'];

function openSession(link: Link, family: Family, images: ImageSource): TargetSession {
  const part = new Ra8Part(link);
  return sessionOf(part, operationsOf(part, family, images), LOCKING);
}
