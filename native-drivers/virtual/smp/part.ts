import { FlashMemory } from '../flash-memory.ts';

/** Two slots of a made-up board with an nRF52840: 256 KiB each, in pages of 4 KiB. */
export const SLOT_BYTES = 256 * 1024;
export const SLOT_STARTS = [0x0001_0000, 0x0005_0000] as const;
export const PAGE_BYTES = 4096;
export type SlotNumber = 0 | 1;

/** How MCUboot and the application on this part were built: each can be asked for as a fault. */
export const BUILDS = {
  'plain-recovery':
    'The boot loader is an old one: no hashes, no slot information, no parameters, no echo, SMP version 1 only; image commands that it does not have are answered with rc 0, others not at all.',
  'image-state': 'The boot loader shows and sets the state of images (MCUBOOT_SERIAL_IMG_GRP_IMAGE_STATE).',
  'erase-whole': 'The boot loader erases the whole slot on the first piece (no MCUBOOT_ERASE_PROGRESSIVELY).',
  'no-uid':
    'The boot loader does not answer the info of the enrolment group, which makers must build in (MCUBOOT_PERUSER_MGMT_GROUP_ENABLED).',
  'no-recovery': 'The boot loader has no serial recovery: the mode pin does nothing.',
  'app-silent': 'The application does not speak SMP.',
  'app-version-1': 'The application speaks SMP version 1 only.',
  'one-buffer': 'The application has one buffer.',
} as const;
export type Build = keyof typeof BUILDS;

/**
 * What the swap trailers say (MCUboot documentation, "Boot Swap Types"): nothing; one trial, or for good, at the next
 * reset; or a trial is running, which the next reset takes back.
 */
export type Swap = 'none' | 'test' | 'permanent' | 'revert';

export class SmpPart {
  readonly uid: Uint8Array;
  readonly flash = new FlashMemory();
  readonly builds = new Set<Build>();
  swap: Swap = 'none';
  /** What its UART was built for. */
  baudRate = 115_200;
  reportedUid: Uint8Array;

  constructor(uid: Uint8Array) {
    this.uid = uid;
    this.reportedUid = uid;
  }
}
