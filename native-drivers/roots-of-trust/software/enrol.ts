import { randomBytes, timingSafeEqual } from 'node:crypto';
import { DriverError } from '#drivers/core/errors.ts';
import type { KeptKey } from '#drivers/core/kept-key.ts';
import type { KeepFor, OperationContext, OperationResult } from '#drivers/core/operations.ts';
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
import { keepFor } from './keep.ts';

const NONCE_BYTES = 16;
/** An agreement of keys and a flash write on a small core. */
const KEY_TIMEOUT_MS = 10_000;

/**
 * Makes a P-256 key, seals it to the key that the part made for this session, sends it and forgets it. In clear the key
 * exists in this process only, from here to the end of this function; nothing stores it. A copy sealed for `wanted` is
 * returned where the job says so, once the part has shown that it has the key. docs/roots-of-trust.md says who vouches
 * for the session key: nobody but the wire and the firmware that was just verified.
 */
export async function enrolSoftwareKey(
  link: AgentLink,
  context: OperationContext,
  wanted?: KeepFor,
): Promise<OperationResult<'enrol'>> {
  const keep = keepFor(wanted);
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
  const { sealed, kept } = await sealAndForget(fresh, session.key, binding, () => keep(fresh, info.uid));
  const { publicKey } = fresh;
  refuseIfAborted(context.signal);
  await give(link, publicKey, sealed, context);
  if (kept !== null) await readBack(link, publicKey, context);
  context.progress({ done: 1, total: 1, unit: 'steps', note: 'Inject key' });
  const output = { score: 0, deviceId: deviceIdOf(publicKey), helperDataHash: '' };
  return { output: kept === null ? output : { ...output, kept }, measurements: [] };
}

/** `rootline/software-key/1 || 00 || uid || nonce of the station || nonce of the part`. */
export function softwareKeyInfo(uid: Uint8Array, station: Uint8Array, part: Uint8Array): Uint8Array {
  return labelled(SOFTWARE_KEY_INFO, Buffer.concat([uid, station, part]));
}

/** Seals the private key for the part, and for whom it is kept, and wipes it, whatever comes of it. */
export async function sealAndForget(
  fresh: FreshKey,
  sessionKey: Uint8Array,
  info: Uint8Array,
  keep: () => Promise<KeptKey | null>,
): Promise<{ sealed: Sealed; kept: KeptKey | null }> {
  try {
    const sealed = await sealToPart(fresh, sessionKey, info);
    return { sealed, kept: await keep() };
  } finally {
    fresh.scalar.fill(0);
  }
}

function sealToPart(fresh: FreshKey, sessionKey: Uint8Array, info: Uint8Array): Promise<Sealed> {
  return sealTo(sessionKey, info, fresh.publicKey, fresh.scalar).catch((error: unknown) => {
    throw new DriverError('bad-frame', 'The session key of the part is no point of P-256.', {
      chip: 'not-locked',
      cause: error,
    });
  });
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
  if (!isOurs) throw otherKey();
}

/** Asked anew, once the part has written it: a copy of a key that the part does not have would be of no use. */
async function readBack(link: AgentLink, publicKey: Uint8Array, context: OperationContext): Promise<void> {
  const { enrolled, id } = await askInfo(link, context).catch((error: unknown) => {
    throw outcomeOf(error);
  });
  const shown = id === null ? null : Buffer.from(id).toString('hex');
  if (!enrolled || shown !== deviceIdOf(publicKey)) throw otherKey();
}

const otherKey = (): DriverError =>
  new DriverError('verify-mismatch', 'The part shows another key than it was given.', { chip: 'not-locked' });
