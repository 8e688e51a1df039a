import { DriverError } from '#drivers/core/errors.ts';
import { AT, type ConfigZone } from './config-zone.ts';

/**
 * What each slot is for. Bits of SlotConfig and KeyConfig as the data sheet's tables of the pre-provisioned parts explain
 * them ("Slot Configuration Details") and CryptoAuthLib defines them.
 */
export const SLOT = {
  /** The device's private key: made inside, signs digests from outside, lockable. */
  identity: 0,
  /** Opens the sealed slot: 32 bytes, written once before the data zone is locked, never read. */
  writeKey: 4,
  /** A secret of 32 bytes: never read, written encrypted by the write key only. */
  sealed: 5,
  configuration: 9,
} as const;
/** One after the other they hold the certificate chain: 416 and 5 x 72 bytes. */
export const CHAIN_SLOTS: readonly number[] = [8, 10, 11, 12, 13, 14];
/** Those that `lock` locks: after it nothing of the device's identity can be written. */
export const LOCKED_SLOTS: readonly number[] = [0, 5, 8, 9, 10, 11, 12, 13, 14];

interface SlotPolicy {
  /** SlotConfig: reads in bits 0 to 7, write key in 8 to 11, writes in 12 to 15. */
  slot: number;
  /** KeyConfig: private 0, public part shown 1, kind of key 2 to 4, lockable 5. */
  key: number;
}

const CLOSED: SlotPolicy = { slot: 0x8080, key: 0x001c };
const OPEN_DATA: SlotPolicy = { slot: 0x0f0f, key: 0x003c };
const IDENTITY: SlotPolicy = { slot: 0x2081, key: 0x0033 };
const SEALED: SlotPolicy = { slot: 0x4480, key: 0x003c };

const policyOf = (slot: number): SlotPolicy => {
  if (slot === SLOT.identity) return IDENTITY;
  if (slot === SLOT.sealed) return SEALED;
  return slot === SLOT.configuration || CHAIN_SLOTS.includes(slot) ? OPEN_DATA : CLOSED;
};

/** The zone as this station writes it: only SlotConfig and KeyConfig differ from what the part has. */
export function withPolicy(zone: ConfigZone): Uint8Array {
  const bytes = Buffer.from(zone.bytes);
  for (let slot = 0; slot < 16; slot += 1) {
    const { slot: slotConfig, key } = policyOf(slot);
    bytes.writeUInt16LE(slotConfig, AT.slotConfig + 2 * slot);
    bytes.writeUInt16LE(key, AT.keyConfig + 2 * slot);
  }
  return Uint8Array.from(bytes);
}

/** What a part that somebody else configured may differ in, and still serve: bits that must be as the policy has them. */
const NEEDED: Readonly<Record<number, SlotPolicy>> = {
  // External signing, and a key made inside; P-256, private, public part shown, lockable.
  [SLOT.identity]: { slot: 0x2001, key: 0x003f },
  // Not readable; written encrypted, by that key.
  [SLOT.sealed]: { slot: 0xff80, key: 0x0021 },
  [SLOT.writeKey]: { slot: 0x0080, key: 0x0001 },
};
const NEEDED_OF_DATA: SlotPolicy = { slot: 0xf080, key: 0x0021 };

/** Slots whose rules do not serve; nobody can change them once the zone is locked. */
export function unfitSlots(zone: ConfigZone): number[] {
  const unfit = (slot: number): boolean => {
    const [has, needed] = [policyOf(slot), NEEDED[slot] ?? NEEDED_OF_DATA];
    const slotDiffers = ((zone.slotConfig(slot) ^ has.slot) & needed.slot) !== 0;
    return slotDiffers || ((zone.keyConfig(slot) ^ has.key) & needed.key) !== 0;
  };
  return [SLOT.identity, SLOT.writeKey, SLOT.sealed, SLOT.configuration, ...CHAIN_SLOTS].filter(unfit);
}

/** Rejects a locked configuration that the recipe cannot use, before anything is changed. */
export function checkPolicy(zone: ConfigZone): void {
  const slots = unfitSlots(zone);
  if (slots.length === 0) return;
  throw new DriverError(
    'wrong-state',
    'The configuration of this part is locked with rules that the recipe cannot use. Take another part.',
    { chip: 'untouched', context: { slots: slots.join(' ') } },
  );
}
