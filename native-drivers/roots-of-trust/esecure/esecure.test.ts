import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DriverError } from '#drivers/core/errors.ts';
import { EnrolmentError } from '#drivers/protocols/smp/enrolment.ts';
import { PartInMemory, WireInMemory } from '#drivers/virtual/agent/part-in-memory.ts';
import { createEsecureSession, type EsecureSession } from './session.ts';
import { DEVICE_POLICIES } from './slots.ts';

const context = () => ({ signal: new AbortController().signal, progress: () => undefined });
let part: PartInMemory;
let wire: WireInMemory;
let session: EsecureSession;
beforeEach(() => {
  part = new PartInMemory(randomBytes(16), 'esecure');
  wire = new WireInMemory(part);
  session = createEsecureSession(wire);
});
afterEach(() => session.close());

async function failure(work: Promise<unknown>): Promise<DriverError> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof DriverError)) throw new Error('no DriverError', { cause: error });
  return error;
}
const [device, enrolment] = DEVICE_POLICIES as [
  (typeof DEVICE_POLICIES)[number],
  (typeof DEVICE_POLICIES)[number],
];

it('slots are empty and open, and hold closed keys once the part is enrolled, through power-up', async () => {
  expect(await session.slots(context())).toEqual([
    { ...device, lock: false, key: false },
    { ...enrolment, lock: false, key: false },
  ]);
  await session.enrol(context());
  wire.powerUp();
  expect(await session.slots(context())).toEqual(DEVICE_POLICIES.map((one) => ({ ...one, key: true })));
});

it('slot occupied: neither another policy nor another key', async () => {
  await session.enrol(context());
  for (const work of [session.setSlot(device, context()), session.enrol(context())])
    expect(await failure(work)).toMatchObject({
      ...{ code: 'enrol-refused', chip: 'not-locked', context: { rc: EnrolmentError.slotOccupied } },
    });
});

it('policy violation: a key that could leave, and a slot that does not sign', async () => {
  const exportable = await failure(session.setSlot({ ...device, exportable: true }, context()));
  expect(exportable).toMatchObject({ code: 'enrol-refused', context: { rc: EnrolmentError.policy } });
  expect(await session.setSlot({ ...device, usage: 'derive' }, context())).toMatchObject({ usage: 'derive' });
  // The station sets it right before it has keys made.
  expect((await session.enrol(context())).output.deviceId).toHaveLength(64);
});

it('agent:exportable-slot: no key is made in a slot that says that it would give it away', async () => {
  part.faultName = 'agent:exportable-slot';
  expect(await failure(session.enrol(context()))).toMatchObject({
    ...{ code: 'enrol-refused', chip: 'not-locked', context: { slot: 0, exportable: true } },
  });
  part.faultName = null;
  expect((await session.readState(context())).output.enrolled).toBe(false);
});

it('agent:entropy-failed: no key is made, and one can be later', async () => {
  part.faultName = 'agent:entropy-failed';
  expect(await failure(session.enrol(context()))).toMatchObject({
    ...{ code: 'enrol-refused', context: { rc: EnrolmentError.entropy } },
  });
  part.faultName = null;
  expect((await session.enrol(context())).output.score).toBe(0);
});

it('locked: neither policies nor keys', async () => {
  await session.lock(context());
  for (const work of [session.setSlot(device, context()), session.enrol(context())])
    expect(await failure(work)).toMatchObject({ code: 'locked', chip: 'locked' });
});

it('power cut while the keys are written: none is kept, the slots say so', async () => {
  const write = part.writeData.bind(part);
  // All blocks but the last, which has the header.
  let left = (await blocksOfEnrolment()) - 1;
  part.writeData = (address, bytes) => {
    if (left-- <= 0) throw new Error('power cut');
    write(address, bytes);
  };
  expect((await failure(session.enrol(context()))).context['rc']).toBe(EnrolmentError.flash);
  part.writeData = write;
  wire.powerUp();
  expect((await session.readState(context())).output).toMatchObject({ enrolled: false, deviceId: null });
  expect((await session.enrol(context())).output.deviceId).toHaveLength(64);
});

it('nothing is rebuilt: refused before a byte, and by the part with a code of its own', async () => {
  await expect(session.reconstruct({ reads: 1 }, context())).rejects.toMatchObject({
    ...{ code: 'unsupported', chip: 'untouched' },
  });
  expect(wire.sent).toBe(0);
});

/** How many blocks an enrolment writes. */
async function blocksOfEnrolment(): Promise<number> {
  const other = new PartInMemory(randomBytes(16), 'esecure');
  const write = other.writeData.bind(other);
  let blocks = 0;
  other.writeData = (address, bytes) => {
    blocks += 1;
    write(address, bytes);
  };
  const rehearsal = createEsecureSession(new WireInMemory(other));
  await rehearsal.enrol(context());
  rehearsal.close();
  return blocks;
}
