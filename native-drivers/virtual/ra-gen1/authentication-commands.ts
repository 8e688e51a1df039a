import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { RECORD_NS } from '../ra-rom/flash-times.ts';
import { COMMAND, RomRefusal, STATUS } from '../ra-rom/protocol.ts';
import { DLM, KEY, type StoredKey } from './part.ts';
import type { Gen1Commands, Gen1Session } from './session.ts';

const ID_CODE = 16;
const CHALLENGE = 16;
const RESPONSE = 32;
/** Behind the challenge in the HMAC: zeros, as a public tool takes it; its document was not at hand. */
const FIXED_VALUE = Buffer.alloc(32);

/** Moves that the chip asks a key for. */
const KEYED_MOVES: readonly (readonly [from: number, to: number, key: number])[] = [
  [DLM.NSECSD, DLM.SSD, KEY.secdbg],
  [DLM.DPL, DLM.NSECSD, KEY.nonsecdbg],
  [DLM.SSD, DLM.RMA_REQ, KEY.rma],
  [DLM.DPL, DLM.RMA_REQ, KEY.rma],
];

/** Command 30 by its length: an ID code, or SDLM DDLM CHCT of a move that needs a key. */
export const authenticationCommands: Gen1Commands = [
  [
    COMMAND.authenticate,
    {
      lengths: [3, ID_CODE],
      run: (rom, payload) => (payload.length === 3 ? challenge(rom, payload) : unlock(rom, payload)),
    },
  ],
];

/** A part that asks for none takes an ID code for a packet of a wrong length: C1, as vjardin/radfu (main.c) saw it. */
function unlock(rom: Gen1Session, code: Uint8Array): void {
  const { idCode } = rom.part;
  if (idCode === null) throw new RomRefusal(STATUS.packet);
  if (!timingSafeEqual(idCode, code)) throw new RomRefusal(STATUS.mismatch);
  rom.unlocked = true;
  rom.done(COMMAND.authenticate);
}

function challenge(rom: Gen1Session, payload: Uint8Array): void {
  const [from = 0, to = 0] = payload;
  const { part } = rom;
  const move = KEYED_MOVES.find(([source, target]) => source === from && target === to);
  if (from !== part.dlm || move === undefined) throw new RomRefusal(STATUS.state);
  const key = part.dlmKeys.get(move[2]);
  if (key === undefined) throw new RomRefusal(STATUS.state);
  const asked = randomBytes(CHALLENGE);
  rom.expectData(COMMAND.authenticate, async (response) => {
    rom.expectData(COMMAND.authenticate, null);
    if (response.length !== RESPONSE) throw new RomRefusal(STATUS.packet);
    if (!answers(key, asked, response)) throw new RomRefusal(STATUS.mismatch);
    await rom.busy(RECORD_NS);
    if (to === DLM.RMA_REQ) part.initialize();
    part.dlm = to;
    rom.done(COMMAND.authenticate);
  });
  rom.answer(COMMAND.authenticate, asked);
}

function answers(key: StoredKey, asked: Uint8Array, response: Uint8Array): boolean {
  if (key === null) return false;
  const expected = createHmac('sha256', key).update(asked).update(FIXED_VALUE).digest();
  return timingSafeEqual(expected, response);
}
