/**
 * CRC-16/XMODEM: polynomial 1021, start 0, not reflected; check value 31C3. SMP over serial (Zephyr "SMP Transport
 * Specification") and the frames of NXP's MCU bootloader (KL27 Sub-Family Reference Manual, 13.3.7.3) use it.
 */
const table = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021;
  return crc & 0xffff;
});

/** CRC over `bytes`, going on from `crc`; a message followed by its own CRC, big-endian, gives 0. */
export function crc16Xmodem(bytes: Uint8Array, crc = 0): number {
  for (const byte of bytes) crc = ((crc << 8) & 0xffff) ^ (table[(crc >> 8) ^ byte] ?? 0);
  return crc;
}
