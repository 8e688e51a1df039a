import { createHash, sign } from 'node:crypto';
import { z } from 'zod';
import type { SmpMap } from '#drivers/protocols/smp/cbor.ts';
import {
  EnrolmentError,
  labelled,
  PROTOCOL_VERSION,
  SIGN_CHALLENGE,
  SIGN_ENROLMENT_KEY,
} from '#drivers/protocols/smp/enrolment.ts';
import type { Device } from './device.ts';
import { agentFaults } from './faults.ts';
import { refuse } from './refusal.ts';

const FIRMWARE_VERSION = '1.0.0';
const challengeRequest = z.object({
  challenge: z.instanceof(Uint8Array).refine((value) => value.length >= 16 && value.length <= 64),
});

export function info(device: Device, maxBaudRate: number): SmpMap {
  const { dlm, protection, authentication } = device.hardware.lifecycle();
  const leaf = device.leaf();
  return {
    v: PROTOCOL_VERSION,
    uid: Uint8Array.from(device.hardware.uid),
    fw: FIRMWARE_VERSION,
    rot: device.identity.root,
    enrolled: device.identity.isEnrolled,
    locked: device.isLocked,
    id: device.identity.keys?.deviceId ?? null,
    dlm,
    pl: protection,
    al: authentication,
    cert: leaf === null ? null : new Uint8Array(createHash('sha256').update(leaf).digest()),
    helper: device.identity.helperHash(),
    max_baud: maxBaudRate,
  };
}

export function challenge(device: Device, map: SmpMap): SmpMap {
  const request = challengeRequest.safeParse(map);
  if (!request.success) throw refuse(EnrolmentError.invalid);
  const { privateKey, spki } = device.keys().device;
  const message = labelled(SIGN_CHALLENGE, request.data.challenge);
  if (agentFaults(device.hardware.fault()).wrongSignature) message.reverse();
  return { sig: new Uint8Array(sign('sha256', message, privateKey)), pub: spki };
}

/** Both public keys; the device key vouches for the enrolment key. */
export function keys(device: Device): SmpMap {
  const { device: own, enrolment } = device.keys();
  const sig = sign('sha256', labelled(SIGN_ENROLMENT_KEY, enrolment.spki), own.privateKey);
  return { device: own.spki, enrolment: enrolment.spki, sig: new Uint8Array(sig) };
}

/** Irreversible for as long as the data flash is not erased by the boot ROM. Repeating it changes nothing. */
export function lock(device: Device): SmpMap {
  if (!device.isLocked) device.write('lock', Buffer.from('LOCK', 'ascii'));
  return { locked: true };
}
