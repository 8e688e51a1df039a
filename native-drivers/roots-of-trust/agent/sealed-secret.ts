import { DriverError } from '#drivers/core/errors.ts';
import type { OperationContext } from '#drivers/core/operations.ts';
import { encodeMap } from '#drivers/protocols/smp/cbor.ts';
import { SmpOp } from '#drivers/protocols/smp/constants.ts';
import {
  EnrolmentCommand,
  infoResponse,
  keysResponse,
  labelled,
  SEAL_INFO,
  SIGN_ENROLMENT_KEY,
} from '#drivers/protocols/smp/enrolment.ts';
import type { AgentLink } from './agent-link.ts';
import { writeObject } from './chunks.ts';
import { sealTo, type Sealed } from './hpke.ts';
import { deviceIdOf } from '../device-id.ts';
import { signatureHolds } from '../proof.ts';

/** Name and chip are bound into the encryption: a sealed secret opens under no other name and on no other part. */
export async function seal(
  enrolmentKey: Uint8Array,
  chipUid: Uint8Array,
  name: string,
  secret: Uint8Array,
): Promise<Sealed> {
  return sealTo(enrolmentKey, labelled(SEAL_INFO, chipUid), Buffer.from(name, 'utf8'), secret);
}

export async function sealAndInject(
  link: AgentLink,
  name: string,
  secret: Uint8Array,
  context: OperationContext,
): Promise<void> {
  const { signal } = context;
  const info = await link.ask(SmpOp.read, EnrolmentCommand.info, {}, infoResponse, signal, { attempts: 3 });
  const keys = await link.ask(SmpOp.read, EnrolmentCommand.keys, {}, keysResponse, signal, { attempts: 3 });
  const isVouched = signatureHolds(labelled(SIGN_ENROLMENT_KEY, keys.enrolment), keys.sig, keys.device);
  const isDevice = info.id !== null && deviceIdOf(keys.device) === Buffer.from(info.id).toString('hex');
  if (!isVouched || !isDevice)
    throw new DriverError('verify-mismatch', 'The enrolment key is not vouched for by the device key.', {
      chip: 'not-locked',
    });
  const sealed = await seal(keys.enrolment, info.uid, name, secret);
  await writeObject(link, EnrolmentCommand.secret, encodeMap({ name, ...sealed }), context);
}
