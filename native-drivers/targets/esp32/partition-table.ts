/** ESP-IDF, "Partition Tables": where it is by default, how long it is at most. */
export const TABLE_ADDRESS = 0x8000;
export const TABLE_BYTES = 0xc00;
const ENTRY_BYTES = 32;
/** `esp_partition_info_t` (esp_flash_partitions.h): AA 50, type, subtype, offset, size, label of 16, flags. */
const ENTRY_MAGIC = 0x50aa;
const APP = 0x00;
const DATA = 0x01;
/** `ESP_PARTITION_SUBTYPE_DATA_EFUSE_EM`: eFuses that only exist in flash. */
const EMULATED_EFUSES = 0x05;

export interface Partition {
  type: number;
  subtype: number;
  address: number;
  size: number;
  label: string;
}

/** Entries up to the first that is none. */
export function readPartitions(bytes: Uint8Array): Partition[] {
  const table = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const partitions: Partition[] = [];
  for (let at = 0; at + ENTRY_BYTES <= table.length; at += ENTRY_BYTES) {
    if (table.readUInt16LE(at) !== ENTRY_MAGIC) break;
    partitions.push({
      type: table[at + 2] ?? 0,
      subtype: table[at + 3] ?? 0,
      address: table.readUInt32LE(at + 4),
      size: table.readUInt32LE(at + 8),
      label: table.toString('latin1', at + 12, at + 28).replace(/\0.*$/s, ''),
    });
  }
  return partitions;
}

export const isApp = ({ type }: Partition): boolean => type === APP;
export const holdsEmulatedFuses = ({ type, subtype }: Partition): boolean =>
  type === DATA && subtype === EMULATED_EFUSES;
