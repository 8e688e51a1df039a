import { randomBytes, timingSafeEqual } from 'node:crypto';
import { DriverError } from '#drivers/core/errors.ts';
import type { OperationContext, OperationResult } from '#drivers/core/operations.ts';
import { SmpOp } from '#drivers/protocols/smp/constants.ts';
import {
  EnrolmentCommand,
  keyResponse,
  labelled,
  sessionResponse,
  SOFTWARE_KEY_INFO,
} from '#drivers/protocols/smp/enrolment.ts';
import type { AgentLink } from '../agent/agent-link.ts';
import { sealTo, type Sealed } from '../agent/hpke.ts';
import { askInfo } from '../agent/info.ts';
import { deviceIdOf } from '../device-id.ts';
import { outcomeOf, refuseIfAborted } from '../outcome.ts';
import { makeFreshKey, type FreshKey } from './fresh-key.ts';

const NONCE_BYTES = 16;
/** An agreement of keys and a flash write on a small core. */
const KEY_TIMEOUT_MS = 10_000;

/**
 * Makes a P-256 key, seals it to the key that the part made for this session, sends it and forgets it. The key exists in
 * this process only, from here to the end of this function; nothing stores it. docs/roots-of-trust.md says who vouches
 * for the session key: nobody but the wire and the firmware that was just verified.
 */
export async function enrolSoftwareKey(
  link: AgentLink,
  context: OperationContext,
): Promise<OperationResult<'enrol'>> {
  refuseIfAborted(context.signal);
  const info = await askInfo(link, context);
  context.progress({ done: 0, total: 1, unit: 'steps', note: 'Inject key' });
  const nonce = Uint8Array.from(randomBytes(NONCE_BYTES));
  // Asked once: each question makes another session key.
  const session = await link.ask(
    SmpOp.write,
    EnrolmentCommand.session,
    { nonce },
    sessionResponse,
    context.signal,
  );
  const binding = softwareKeyInfo(info.uid, nonce, session.nonce);
  const fresh = makeFreshKey();
  const sealed = await sealAndForget(fresh, session.key, binding);
  const { publicKey } = fresh;
  refuseIfAborted(context.signal);
  await give(link, publicKey, sealed, context);
  context.progress({ done: 1, total: 1, unit: 'steps', note: 'Inject key' });
  const output = { score: 0, deviceId: deviceIdOf(publicKey), helperDataHash: '' };
  return { output, measurements: [] };
}

/** `rootline/software-key/1 || 00 || uid || nonce of the station || nonce of the part`. */
export function softwareKeyInfo(uid: Uint8Array, station: Uint8Array, part: Uint8Array): Uint8Array {
  return labelled(SOFTWARE_KEY_INFO, Buffer.concat([uid, station, part]));
}

/** Seals the private key and wipes it, whatever comes of it. */
export async function sealAndForget(
  fresh: FreshKey,
  sessionKey: Uint8Array,
  info: Uint8Array,
): Promise<Sealed> {
  try {
    return await sealTo(sessionKey, info, fresh.publicKey, fresh.scalar);
  } catch (error) {
    throw new DriverError('bad-frame', 'The session key of the part is no point of P-256.', {
      chip: 'not-locked',
      cause: error,
    });
  } finally {
    fresh.scalar.fill(0);
  }
}

/** Sent once: the part keeps it or does not, and a lost answer is `outcome-unknown`. */
async function give(
  link: AgentLink,
  publicKey: Uint8Array,
  sealed: Sealed,
  { signal }: OperationContext,
): Promise<void> {
  const map = { pub: publicKey, ...sealed };
  const options = { timeoutMs: KEY_TIMEOUT_MS };
  const kept = await link
    .ask(SmpOp.write, EnrolmentCommand.key, map, keyResponse, signal, options)
    .catch((error: unknown) => {
      throw outcomeOf(error);
    });
  const isOurs =
    kept.pub.length === publicKey.length &&
    timingSafeEqual(kept.pub, publicKey) &&
    Buffer.from(kept.id).toString('hex') === deviceIdOf(publicKey);
  if (!isOurs)
    throw new DriverError('verify-mismatch', 'The part shows another key than it was given.', {
      chip: 'not-locked',
    });
}
