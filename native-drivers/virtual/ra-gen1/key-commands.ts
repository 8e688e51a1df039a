import { unwrapInjectedKey } from '../ra8m1/key-injection.ts';
import { RECORD_NS } from '../ra-rom/flash-times.ts';
import { COMMAND, RomRefusal, STATUS } from '../ra-rom/protocol.ts';
import { DLM, KEY, type Gen1Part, type StoredKey } from './part.ts';
import type { Gen1Commands, Gen1Session } from './session.ts';

const DLM_KEY_BYTES = 16;
/** W-UFPK (32) | IV (16) | encrypted key and MAC; Renesas' example code for RA6M4 sends a life-cycle key so. */
const HEAD = 48;
const SHORTEST_KEY = 32;
const LONGEST_KEY = 544;
/** A public tool takes no more than this for a wrapped key: whatever it means, it has no W-UFPK in it. */
const BARE_KEY = 48;
const SKR = Buffer.alloc(4);
/** KYID and key in one frame, of any length that a wrapped key may have. */
const lengths = Array.from({ length: 1 + HEAD + LONGEST_KEY + 1 }, (_, length) => length).slice(1);

/** Which keys a command sets. */
interface Slots {
  set: number;
  verify: number;
  keys: (part: Gen1Part) => Map<number, StoredKey>;
  takes: (id: number) => boolean;
  /** Null: any. */
  keyBytes: number | null;
}

const DLM_KEYS: Slots = {
  set: COMMAND.keySet,
  verify: COMMAND.keyVerify,
  keys: (part) => part.dlmKeys,
  takes: (id) => id >= KEY.secdbg && id <= KEY.rma,
  keyBytes: DLM_KEY_BYTES,
};
const USER_KEYS: Slots = {
  set: COMMAND.userKeySet,
  verify: COMMAND.userKeyVerify,
  keys: (part) => part.userKeys,
  takes: () => true,
  keyBytes: null,
};

/**
 * Wrapped keys of the life cycle and of the user. Public sources disagree: Renesas' example code sends KYTY in the
 * command and the key in a data frame, another tool both in the command. Both are taken.
 */
export const keyCommands: Gen1Commands = [DLM_KEYS, USER_KEYS].flatMap((slots): Gen1Commands => [
  [slots.set, { lengths, run: (rom, payload) => set(rom, slots, payload) }],
  [slots.verify, { lengths: [1], run: (rom, payload) => verify(rom, slots, payload[0] ?? 0) }],
]);

async function set(rom: Gen1Session, slots: Slots, payload: Uint8Array): Promise<void> {
  const id = payload[0] ?? 0;
  if (rom.part.dlm !== DLM.SSD) throw new RomRefusal(STATUS.state);
  if (!slots.takes(id)) throw new RomRefusal(STATUS.address);
  if (payload.length > 1) return store(rom, slots, id, payload.subarray(1));
  if (rom.host.faults.take('one-frame-keys') !== null) throw new RomRefusal(STATUS.packet);
  rom.expectData(slots.set, (data) => {
    rom.expectData(slots.set, null);
    return store(rom, slots, id, data);
  });
  rom.done(slots.set);
}

async function store(rom: Gen1Session, slots: Slots, id: number, wrapped: Uint8Array): Promise<void> {
  const key = open(rom, slots, wrapped);
  await rom.busy(RECORD_NS);
  slots.keys(rom.part).set(id, key);
  rom.done(slots.set);
}

function open({ host }: Gen1Session, { keyBytes }: Slots, wrapped: Uint8Array): StoredKey {
  if (wrapped.length <= BARE_KEY) {
    if (wrapped.length < SHORTEST_KEY) throw new RomRefusal(STATUS.packet);
    if (!host.acceptForeignKeys) throw new RomRefusal(STATUS.verification);
    return null;
  }
  const bytes = keyBytes ?? wrapped.length - HEAD - 16;
  if (bytes < 16 || bytes % 16 !== 0) throw new RomRefusal(STATUS.packet);
  const unwrapped = unwrapInjectedKey(Buffer.concat([SKR, wrapped]), bytes, host.acceptForeignKeys);
  return unwrapped.known ? unwrapped.key : null;
}

function verify(rom: Gen1Session, { verify: code, keys, takes }: Slots, id: number): void {
  if (!takes(id)) throw new RomRefusal(STATUS.address);
  if (!keys(rom.part).has(id)) throw new RomRefusal(STATUS.verification);
  rom.done(code);
}
