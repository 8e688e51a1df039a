/** The program of flash-server.S, as `arm-none-eabi-gcc -mcpu=cortex-m0` builds it; a test builds and compares it. */
export const FLASH_SERVER: Uint8Array = Buffer.from(
  [
    '2b4b016842689142fbd0032422401201121815695169d6699269012d',
    '07d0022d1ad0032d15d0042d22d0002538e001241c6134880236651c',
    '2d0406d00c80dd686c08fcd2142425422ad10231013af0d120e00424',
    '1c6102e002241c61596140341c61dd686c08fcd21424254218d111e0',
    '150c92b290460f4be1249c60424610c91c60013afbd11c68e44310c6',
    '013df3d1074b01e000241c61426801324260b0e700241c61c1600124',
    'e4072543856000be0020024000300240',
  ].join(''),
  'hex',
);

/** Of the mailbox, as flash-server.S has them: words, then slots of 16 bytes. */
export const MAILBOX = {
  posted: 0,
  served: 4,
  status: 8,
  failed: 12,
  slots: 16,
  slotBytes: 16,
  slotCount: 4,
} as const;
export const COMMAND = { program: 1, erasePage: 2, eraseAll: 3, checksum: 4 } as const;

/** Where things lie in RAM, from its start: the smallest part of the line has 4 KiB. */
export const LAYOUT = {
  code: 0,
  mailbox: 0x100,
  checksums: 0x200,
  mostChecksums: 128,
  buffers: 0x400,
} as const;
