import { DriverError } from '#drivers/core/errors.ts';
import type { RaBootClient } from './client.ts';
import { COMMAND } from './constants.ts';
import { wrappedKeyBytes, type WrappedKey } from './keys.ts';
import { isPacketRefusal } from './status.ts';
import { KEY_MS, answerMs } from './timing.ts';
import { encodeFrame, payloadOf } from './writer.ts';

/** Keys of the life cycle (28, 29) or of the user, for the SCE (2A, 2B). */
export type KeyKind = 'dlm' | 'user';

const CODES = {
  dlm: { set: COMMAND.keySet, verify: COMMAND.keyVerify },
  user: { set: COMMAND.userKeySet, verify: COMMAND.userKeyVerify },
} as const;

/**
 * Wrapped key of the first generation: KYTY or KYID in the command, then one data frame W-UFPK[4:36] + IV + encrypted key,
 * as Renesas' example code sends a life-cycle key; for user keys the same form is assumed. Another tool sends both in one
 * command: that form follows where the chip refuses the first as a packet, which changes nothing.
 */
export async function setGen1Key(
  client: RaBootClient,
  kind: KeyKind,
  id: number,
  key: WrappedKey,
): Promise<void> {
  const code = CODES[kind].set;
  const bytes = wrappedKeyBytes(key);
  const timeoutMs = KEY_MS + answerMs(bytes.length, client.baudRate);
  try {
    await client.link.command(code, Uint8Array.of(id), answerMs(32, client.baudRate));
  } catch (error) {
    if (!isPacketRefusal(error)) throw error;
    await client.link.command(code, payloadOf(Uint8Array.of(id), bytes), timeoutMs);
    return;
  }
  await client.link.exchange(encodeFrame('data', code, bytes), code, timeoutMs);
}

/** True where the chip says that a key is there and whole. */
export async function gen1KeyHolds(client: RaBootClient, kind: KeyKind, id: number): Promise<boolean> {
  const timeoutMs = KEY_MS + answerMs(32, client.baudRate);
  try {
    const frame = await client.link.command(CODES[kind].verify, Uint8Array.of(id), timeoutMs);
    return frame.payload[0] === 0;
  } catch (error) {
    if (error instanceof DriverError && error.code === 'device-error') return false;
    throw error;
  }
}
