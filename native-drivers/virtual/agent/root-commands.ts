import { z } from 'zod';
import type { SmpMap } from '#drivers/protocols/smp/cbor.ts';
import { SmpOp } from '#drivers/protocols/smp/constants.ts';
import { EnrolmentCommand, EnrolmentError } from '#drivers/protocols/smp/enrolment.ts';
import type { Handler } from './agent-identity.ts';
import type { Device } from './device.ts';
import { InjectedIdentity } from './injected-identity.ts';
import { PufIdentity } from './puf-identity.ts';
import { refuse } from './refusal.ts';
import { SlotIdentity } from './slot-identity.ts';

const PPM = 1_000_000;
const MAX_READS = 16;
const readsRequest = z.object({ reads: z.number().int().min(1).max(MAX_READS) });

/** A command that only some roots of trust have. */
interface OwnCommand {
  op: typeof SmpOp.read | typeof SmpOp.write;
  command: number;
  run: Handler;
}
const { read, write } = SmpOp;

/** All of them refused: what a root of trust has takes the place of its refusal. */
const others: readonly OwnCommand[] = (
  [
    [write, EnrolmentCommand.enrol],
    [write, EnrolmentCommand.reconstruct],
    [read, EnrolmentCommand.slots],
    [write, EnrolmentCommand.slots],
    [write, EnrolmentCommand.session],
    [write, EnrolmentCommand.key],
  ] as const
).map(([op, command]) => ({
  op,
  command,
  run: () => {
    throw refuse(EnrolmentError.otherRoot);
  },
}));

/** How a key comes to be in the part: the commands in which roots of trust differ. */
export function rootCommands(device: Device): readonly OwnCommand[] {
  return [...others, ...ownCommands(device)];
}

function ownCommands(device: Device): readonly OwnCommand[] {
  const { identity } = device;
  if (identity instanceof SlotIdentity) return slotCommands(device, identity);
  if (identity instanceof InjectedIdentity) return keyCommands(device, identity);
  return [
    { op: write, command: EnrolmentCommand.enrol, run: () => enrolPuf(device, identity) },
    { op: write, command: EnrolmentCommand.reconstruct, run: (map) => reconstruct(identity, map) },
  ];
}

function slotCommands(device: Device, identity: SlotIdentity): readonly OwnCommand[] {
  const keep = (body: Uint8Array) => device.write('helper', body);
  const enrol: Handler = () => {
    device.refuseIfLocked();
    return { id: identity.enrol(keep).deviceId };
  };
  const setSlot: Handler = (map) => {
    device.refuseIfLocked();
    return { ...identity.setPolicy(map, keep) };
  };
  return [
    { op: write, command: EnrolmentCommand.enrol, run: enrol },
    { op: read, command: EnrolmentCommand.slots, run: () => ({ slots: identity.slots() }) },
    { op: write, command: EnrolmentCommand.slots, run: setSlot },
  ];
}

function keyCommands(device: Device, identity: InjectedIdentity): readonly OwnCommand[] {
  const session: Handler = (map) => {
    device.refuseIfLocked();
    return identity.openSession(map);
  };
  const key: Handler = (map) => {
    device.refuseIfLocked();
    return identity.takeKey(map, (body) => device.write('helper', body));
  };
  return [
    { op: write, command: EnrolmentCommand.session, run: session },
    { op: write, command: EnrolmentCommand.key, run: key },
  ];
}

function enrolPuf(device: Device, identity: PufIdentity): SmpMap {
  device.refuseIfLocked();
  if (device.read('helper') !== null) throw refuse(EnrolmentError.alreadyEnrolled);
  const enrolment = identity.enrol((helper) => device.write('helper', helper));
  if (enrolment === 'not-fresh') throw refuse(EnrolmentError.pufNotFresh);
  if (enrolment === 'unreliable') throw refuse(EnrolmentError.pufUnreliable);
  return {
    score: enrolment.score,
    ppm: Math.round(enrolment.errorRate * PPM),
    id: device.keys().deviceId,
    helper: identity.helperHash(),
  };
}

/** A failed read has a null id; its error rate is known all the same once the response was rebuilt since power-up. */
function reconstruct(identity: PufIdentity, map: SmpMap): SmpMap {
  const request = readsRequest.safeParse(map);
  if (!request.success) throw refuse(EnrolmentError.invalid);
  const helper = identity.helper();
  if (helper === null) throw refuse(EnrolmentError.notEnrolled);
  const results = Array.from({ length: request.data.reads }, () => identity.reconstruct(helper));
  return {
    ids: results.map(({ id }) => id),
    ppm: results.map(({ read }) => (read.errorRate === null ? null : Math.round(read.errorRate * PPM))),
    intact: identity.helperIntact() ?? false,
    helper: identity.helperHash(),
  };
}
