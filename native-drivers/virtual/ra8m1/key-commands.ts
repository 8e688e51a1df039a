import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { p256 } from './boot-certificates.ts';
import { RECORD_NS } from '../ra-rom/flash-times.ts';
import { unwrapInjectedKey } from './key-injection.ts';
import { COMMAND, RomRefusal, STATUS } from '../ra-rom/protocol.ts';
import { DLM, LEVEL } from './protocol.ts';
import type { RomCommand, RomSession } from './session.ts';

const NO_LOCK = 0xff;
const PERMANENT_LOCK = 0x00;
const PUBLIC_KEY_BYTES = 64;
const AUTHENTICATION_KEY_BYTES = 16;
/** KYTY of the key command, and the level each key authenticates. */
const LEVEL_OF_KEY = new Map([
  [0x01, LEVEL.two],
  [0x02, LEVEL.one],
]);
/**
 * Appended to the challenge before the HMAC; radfu takes zeros for it. Renesas' RA8 example code answers with AES-CMAC
 * over the challenge alone instead: this command is known to differ from a real RA8M1.
 */
const FIXED_VALUE = Buffer.alloc(32);

const unsupported: RomCommand['run'] = () => {
  throw new RomRefusal(STATUS.unsupported);
};
/** A key index and up to 80 bytes of wrapped key: known lengths of a command that RA8 does not offer. */
const anyLength = Array.from({ length: 82 }, (_, length) => length);

/** OEM root key, authentication keys, challenge and response. */
export const keyCommands: [number, RomCommand][] = [
  [COMMAND.oemRootKey, { lengths: [2], run: beginRootKey }],
  // Longer payloads are the first generation's one-packet form.
  [COMMAND.keySet, { lengths: anyLength.slice(1), run: beginAuthenticationKey }],
  [COMMAND.keyVerify, { lengths: [1], run: verifyKey }],
  [COMMAND.userKeySet, { lengths: anyLength, run: unsupported }],
  [COMMAND.userKeyVerify, { lengths: [1], run: unsupported }],
  [COMMAND.authenticate, { lengths: [3, 16], run: authenticate }],
];

function needProvisioning(rom: RomSession): void {
  if (rom.part.dlm !== DLM.oem || rom.accessLevel !== LEVEL.two) throw new RomRefusal(STATUS.state);
}

function beginRootKey(rom: RomSession, payload: Uint8Array): void {
  const [slot, lock] = payload;
  needProvisioning(rom);
  if (slot !== 0 || (lock !== NO_LOCK && lock !== PERMANENT_LOCK)) throw new RomRefusal(STATUS.address);
  rom.expectData(COMMAND.oemRootKey, async (data) => {
    rom.expectData(COMMAND.oemRootKey, null);
    const { part, host } = rom;
    if (part.rootKey !== null) throw new RomRefusal(STATUS.alreadyProgrammed);
    const unwrapped = unwrapInjectedKey(data, PUBLIC_KEY_BYTES, host.acceptForeignKeys);
    const publicKey = unwrapped.known ? unwrapped.key : null;
    if (publicKey !== null && p256(publicKey) === null) throw new RomRefusal(STATUS.address);
    await rom.busy(RECORD_NS);
    part.rootKey = { publicKey, permanent: lock === PERMANENT_LOCK };
    rom.done(COMMAND.oemRootKey);
  });
  rom.done(COMMAND.oemRootKey);
}

function beginAuthenticationKey(rom: RomSession, payload: Uint8Array): void {
  if (payload.length !== 1) throw new RomRefusal(STATUS.unsupported);
  needProvisioning(rom);
  const level = LEVEL_OF_KEY.get(payload[0] ?? 0);
  if (level === undefined) throw new RomRefusal(STATUS.address);
  rom.expectData(COMMAND.keySet, async (data) => {
    rom.expectData(COMMAND.keySet, null);
    const unwrapped = unwrapInjectedKey(data, AUTHENTICATION_KEY_BYTES, rom.host.acceptForeignKeys);
    await rom.busy(RECORD_NS);
    rom.part.authenticationKeys.set(level, { key: unwrapped.known ? unwrapped.key : null });
    rom.done(COMMAND.keySet);
  });
  rom.done(COMMAND.keySet);
}

function verifyKey(rom: RomSession, payload: Uint8Array): void {
  const level = LEVEL_OF_KEY.get(payload[0] ?? 0);
  if (level === undefined) throw new RomRefusal(STATUS.address);
  if (!rom.part.authenticationKeys.has(level)) throw new RomRefusal(STATUS.verification);
  rom.done(COMMAND.keyVerify);
}

/**
 * From the level one has to a higher one (04>03, 04>02, 03>02), or OEM>RMA_REQ with the level 2 key.
 * The 16-byte form is the ID code of parts without life cycle: not for RA8.
 */
function authenticate(rom: RomSession, payload: Uint8Array): void {
  if (payload.length !== 3) throw new RomRefusal(STATUS.unsupported);
  const [from = 0, to = 0] = payload;
  const { part } = rom;
  const toRma = from === part.dlm && from === DLM.oem && to === DLM.rmaReq;
  const up = part.dlm === DLM.oem && from === rom.accessLevel && to < from && to >= LEVEL.two;
  if (!toRma && !up) throw new RomRefusal(STATUS.state);
  const stored = part.authenticationKeys.get(toRma ? LEVEL.two : to);
  if (stored === undefined) throw new RomRefusal(STATUS.state);
  const challenge = randomBytes(16);
  rom.expectData(COMMAND.authenticate, async (response) => {
    rom.expectData(COMMAND.authenticate, null);
    if (response.length !== 32) throw new RomRefusal(STATUS.packet);
    if (!answers(stored.key, challenge, response)) throw new RomRefusal(STATUS.mismatch);
    await rom.busy(RECORD_NS);
    if (toRma) {
      part.initialize();
      part.dlm = DLM.rmaReq;
    } else rom.authenticated = to;
    rom.done(COMMAND.authenticate);
  });
  rom.answer(COMMAND.authenticate, challenge);
}

/** A key that came in under a foreign wrapping key is not known here: nothing answers for it. */
function answers(key: Uint8Array | null, challenge: Uint8Array, response: Uint8Array): boolean {
  if (key === null) return false;
  const expected = createHmac('sha256', key).update(challenge).update(FIXED_VALUE).digest();
  return timingSafeEqual(expected, response);
}
