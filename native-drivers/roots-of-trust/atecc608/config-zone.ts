import type { AteccClient } from '#drivers/protocols/atecc/client.ts';
import { BLOCK, CONFIG_BYTES, OP, ZONE } from '#drivers/protocols/atecc/constants.ts';
import { configAddress } from '#drivers/protocols/atecc/packet.ts';

/** Data sheet, "Configuration Zone"; CryptoAuthLib, atca_config for what it leaves out. Offsets in bytes. */
export const AT = { slotConfig: 20, lockValue: 86, lockConfig: 87, slotLocked: 88, keyConfig: 96 } as const;
const UNLOCKED = 0x55;

/** The configuration zone as it was read, and what its bits mean. */
export interface ConfigZone {
  bytes: Uint8Array;
  /** Nine bytes, hex: 01 23 … EE. */
  serial: string;
  revision: string;
  configLocked: boolean;
  dataLocked: boolean;
  /** Two bytes, low byte first. */
  slotConfig(slot: number): number;
  keyConfig(slot: number): number;
  slotLocked(slot: number): boolean;
}

export async function readConfigZone(client: AteccClient): Promise<ConfigZone> {
  const bytes = new Uint8Array(CONFIG_BYTES);
  for (let at = 0; at < CONFIG_BYTES; at += BLOCK) {
    const command = { op: OP.read, p1: ZONE.config | ZONE.block, p2: configAddress(at) };
    bytes.set(await client.run(command, BLOCK), at);
  }
  return configZoneOf(bytes);
}

export function configZoneOf(bytes: Uint8Array): ConfigZone {
  const word = (at: number): number => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
  const hex = (start: number, end: number): string => Buffer.from(bytes.subarray(start, end)).toString('hex');
  return {
    bytes,
    serial: hex(0, 4) + hex(8, 13),
    revision: hex(4, 8),
    configLocked: bytes[AT.lockConfig] !== UNLOCKED,
    dataLocked: bytes[AT.lockValue] !== UNLOCKED,
    slotConfig: (slot) => word(AT.slotConfig + 2 * slot),
    keyConfig: (slot) => word(AT.keyConfig + 2 * slot),
    slotLocked: (slot) => (word(AT.slotLocked) & (1 << slot)) === 0,
  };
}
