import { createHmac } from 'node:crypto';
import { DriverError } from '#drivers/core/errors.ts';
import { nameOf, type RaBootClient } from './client.ts';
import { COMMAND, GEN1_DLM } from './constants.ts';
import type { Gen1DlmName } from './constants.ts';
import { DLM_MOVE_MS, INITIALIZE_MS, KEY_MS, answerMs } from './timing.ts';
import { encodeFrame } from './writer.ts';

const KEY = 16;
const CHALLENGE = 16;
/** CHCT of command 30: the one type of challenge that public tools know. Assumed. */
const CHALLENGE_TYPE = 0x00;
/** Behind the challenge in the HMAC: zeros, as radfu takes it; the document was not at hand. */
const FIXED_VALUE = Buffer.alloc(32);

/** Life-cycle state of a part of the first generation. */
export async function gen1Dlm(client: RaBootClient): Promise<Gen1DlmName> {
  const frame = await client.link.command(COMMAND.dlmGet, new Uint8Array(0), answerMs(32, client.baudRate));
  return nameOf(GEN1_DLM, frame.payload[0] ?? 0, 'dlm');
}

/** A move that needs no key (command 71). LCK_BOOT may go unanswered. */
export async function moveGen1Dlm(client: RaBootClient, from: Gen1DlmName, to: Gen1DlmName): Promise<void> {
  await client.link.command(COMMAND.dlmMove, Uint8Array.of(GEN1_DLM[from], GEN1_DLM[to]), DLM_MOVE_MS);
}

/**
 * A move that the chip authenticates (command 30 with SDLM DDLM CHCT): challenge, then HMAC-SHA256 under the key that was
 * injected for it. A key that does not answer right is `device-error`, status DB.
 */
export async function moveWithKey(
  client: RaBootClient,
  from: Gen1DlmName,
  to: Gen1DlmName,
  key: Uint8Array,
): Promise<void> {
  if (key.length !== KEY) throw wrongLength('key', key.length);
  const code = COMMAND.authenticate;
  const ask = Uint8Array.of(GEN1_DLM[from], GEN1_DLM[to], CHALLENGE_TYPE);
  const { payload } = await client.link.command(code, ask, answerMs(64, client.baudRate));
  if (payload.length < CHALLENGE) throw shortChallenge(payload.length);
  const challenge = payload.subarray(0, CHALLENGE);
  const response = createHmac('sha256', key).update(challenge).update(FIXED_VALUE).digest();
  const timeoutMs = KEY_MS + answerMs(64, client.baudRate);
  await client.link.exchange(encodeFrame('data', code, response), code, timeoutMs);
}

/** ID code of 16 bytes (command 30). A wrong one is `device-error`, status DB. */
export async function authenticateId(client: RaBootClient, idCode: Uint8Array): Promise<void> {
  if (idCode.length !== KEY) throw wrongLength('idCode', idCode.length);
  await client.link.command(COMMAND.authenticate, idCode, answerMs(64, client.baudRate));
}

/** To SSD (command 50): erases flash, options, boundary and keys. The chip needs a reset after it. */
export async function initializeGen1(client: RaBootClient, from: Gen1DlmName): Promise<void> {
  await client.link.command(COMMAND.initialize, Uint8Array.of(GEN1_DLM[from], GEN1_DLM.SSD), INITIALIZE_MS);
}

function wrongLength(what: string, length: number): DriverError {
  return new DriverError('bad-argument', 'A key or an ID code has 16 bytes.', {
    chip: 'untouched',
    context: { what, length },
  });
}

function shortChallenge(length: number): DriverError {
  return new DriverError('bad-frame', 'An answer is too short.', { context: { what: 'challenge', length } });
}
