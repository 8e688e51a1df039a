import { z } from 'zod';
import { DriverError, type ChipState, type DriverErrorCode } from '#drivers/core/errors.ts';
import { SmpGroup } from './constants.ts';

/** Command numbers of the enrolment group (docs/protocols/enrolment-agent.md, "Commands"). */
export const EnrolmentCommand = {
  info: 0,
  enrol: 1,
  reconstruct: 2,
  csr: 3,
  chain: 4,
  configuration: 5,
  secret: 6,
  challenge: 7,
  lock: 8,
  keys: 9,
  speed: 10,
  slots: 11,
  session: 12,
  key: 13,
} as const;

/** `rc` of the enrolment group (docs/protocols/enrolment-agent.md, "Errors"). */
export const EnrolmentError = {
  unknown: 1,
  invalid: 2,
  notEnrolled: 3,
  alreadyEnrolled: 4,
  locked: 5,
  pufNotFresh: 6,
  pufUnreliable: 7,
  reconstructFailed: 8,
  tooLarge: 9,
  badHash: 10,
  keyMismatch: 11,
  flash: 12,
  unseal: 13,
  absent: 14,
  slotOccupied: 15,
  policy: 16,
  entropy: 17,
  otherRoot: 18,
  noSession: 19,
} as const;

export const PROTOCOL_VERSION = 1;
/** Baud rate of the agent after every reset. */
export const START_BAUD_RATE = 115_200;
/** Room that header, keys and the first chunk's length and digest take in a packet. */
export const CHUNK_OVERHEAD = 96;

const bytes = z.instanceof(Uint8Array);
const digest = bytes.refine((value) => value.length === 32);

/** Answers of the agent. Unknown further fields are ignored, so that a later agent may add some. */
export const infoResponse = z.object({
  v: z.number().int(),
  uid: bytes,
  fw: z.string(),
  rot: z.string(),
  enrolled: z.boolean(),
  locked: z.boolean(),
  id: digest.nullable(),
  dlm: z.string(),
  pl: z.string().nullable(),
  al: z.string().nullable(),
  cert: digest.nullable(),
  helper: digest.nullable(),
  max_baud: z.number().int(),
});
export const enrolResponse = z.object({ score: z.number().int(), id: digest, helper: digest });
/** Without a PUF there is nothing to score and no helper data: only what the key is. */
export const enrolSlotsResponse = z.object({ id: digest });
const slot = z.object({
  slot: z.number().int(),
  usage: z.string(),
  exportable: z.boolean(),
  lock: z.boolean(),
  key: z.boolean(),
});
export type KeySlot = z.infer<typeof slot>;
export const slotResponse = slot;
export const slotsResponse = z.object({ slots: z.array(slot).max(16) });
export const sessionResponse = z.object({ key: bytes, nonce: bytes.refine((value) => value.length === 16) });
export const keyResponse = z.object({ id: digest, pub: bytes });
export const reconstructResponse = z.object({
  ids: z.array(digest.nullable()),
  ppm: z.array(z.number().int().nullable()),
  intact: z.boolean(),
  helper: digest,
});
export const chunkResponse = z.object({
  off: z.number().int(),
  data: bytes,
  len: z.number().int(),
  sha: digest,
});
export const uploadResponse = z.object({ off: z.number().int() });
export const challengeResponse = z.object({ sig: bytes, pub: bytes });
export const keysResponse = z.object({ device: bytes, enrolment: bytes, sig: bytes });
export const lockResponse = z.object({ locked: z.literal(true) });
export const speedResponse = z.object({ baud: z.number().int() });

/** What the agent signs is never what a caller sent: purpose, a zero byte, then the bytes. */
export const SIGN_CHALLENGE = 'rootline/challenge/1';
export const SIGN_ENROLMENT_KEY = 'rootline/enrolment-key/1';
/** `info` of HPKE for sealed secrets; the chip's UID follows. */
export const SEAL_INFO = 'rootline/sealed-secret/1';

/** `info` of HPKE for a software key; the chip's UID and both nonces of the session follow. */
export const SOFTWARE_KEY_INFO = 'rootline/software-key/1';

/** Slots of a root of trust that keeps keys in slots, and what their keys may be used for. */
export const SLOTS = {
  device: { slot: 0, usage: 'sign' },
  enrolment: { slot: 1, usage: 'derive' },
} as const;

/** `label || 00 || body`. */
export function labelled(label: string, body: Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.concat([Buffer.from(label, 'ascii'), Buffer.of(0), body]));
}

const codes: Record<number, [DriverErrorCode, ChipState, string]> = {
  [EnrolmentError.unknown]: ['device-error', 'unknown', 'The agent failed for a reason it does not name.'],
  [EnrolmentError.invalid]: ['bad-argument', 'not-locked', 'The agent does not accept an argument.'],
  [EnrolmentError.notEnrolled]: ['wrong-state', 'not-locked', 'The part is not enrolled.'],
  [EnrolmentError.alreadyEnrolled]: ['enrol-refused', 'not-locked', 'The part is enrolled already.'],
  [EnrolmentError.locked]: ['locked', 'locked', 'The agent is locked.'],
  [EnrolmentError.pufNotFresh]: [
    'enrol-refused',
    'not-locked',
    'The PUF was read before: reset the part first.',
  ],
  [EnrolmentError.pufUnreliable]: ['enrol-refused', 'not-locked', 'The PUF is too noisy or too biased.'],
  [EnrolmentError.reconstructFailed]: [
    'device-error',
    'unknown',
    'The seed cannot be rebuilt from helper data.',
  ],
  [EnrolmentError.tooLarge]: ['bad-argument', 'not-locked', 'The object does not fit the agent.'],
  [EnrolmentError.badHash]: ['verify-mismatch', 'not-locked', 'The object did not arrive as it was sent.'],
  [EnrolmentError.keyMismatch]: ['verify-mismatch', 'not-locked', 'The certificate is for another key.'],
  [EnrolmentError.flash]: ['device-error', 'unknown', 'The agent could not write its flash.'],
  [EnrolmentError.unseal]: ['device-error', 'not-locked', 'The sealed secret does not open on this part.'],
  [EnrolmentError.absent]: ['wrong-state', 'not-locked', 'The part holds no such object.'],
  [EnrolmentError.slotOccupied]: ['enrol-refused', 'not-locked', 'The slot holds a key already.'],
  [EnrolmentError.policy]: ['enrol-refused', 'not-locked', 'The policy of the slot does not allow it.'],
  [EnrolmentError.entropy]: ['enrol-refused', 'not-locked', 'The source of randomness in the part failed.'],
  [EnrolmentError.otherRoot]: [
    'unsupported',
    'not-locked',
    'The root of trust of this part has no such command.',
  ],
  [EnrolmentError.noSession]: [
    'wrong-state',
    'not-locked',
    'The part has no session key: it was used or lost.',
  ],
};

/** A refusal of the enrolment group by its own meaning; everything else passes through unchanged. */
export function enrolmentError(error: unknown): unknown {
  if (!(error instanceof DriverError) || error.code !== 'device-error') return error;
  const { group, rc } = error.context;
  const known = group === SmpGroup.enrolment ? codes[Number(rc)] : undefined;
  if (known === undefined) return error;
  const [code, chip, message] = known;
  return new DriverError(code, message, { chip, context: error.context, cause: error });
}
