import { createHash } from 'node:crypto';
import { FlashMemory } from '../flash-memory.ts';

/** What a part of the plain kind can hold. */
export const FIRMWARE_BYTES = 0x20000;
const FACTORY_BYTES = 600;

/** Where the parts of this kind differ, in bmAttributes (DFU 1.1, table 4.2) and in their program. */
export interface PlainTraits {
  /** The program leaves the bus by itself after DETACH; the host resets it otherwise. */
  willDetach: boolean;
  /** The boot loader goes on after manifestation; the host resets it otherwise. */
  manifestationTolerant: boolean;
  canUpload: boolean;
  /** A program that offers no way to the boot loader. */
  mute: boolean;
}

const COMMON: PlainTraits = {
  ...{ willDetach: true, manifestationTolerant: false, canUpload: true, mute: false },
};

/** A part with a boot loader of DFU 1.1 and a program that can call it. */
export class PlainDfuPart {
  readonly uid: Uint8Array;
  readonly flash = new FlashMemory();
  /** Length of the program; 0: there is none that could run. */
  length = FACTORY_BYTES;
  /** Of the serial number, where a fault replaces it. */
  shownUid: Uint8Array | null = null;
  traits: PlainTraits = COMMON;

  constructor(uid: Uint8Array) {
    this.uid = uid;
    const bytes = createHash('shake256', { outputLength: FACTORY_BYTES }).update('factory').digest();
    this.flash.program(0, Uint8Array.from(bytes));
  }

  /** As delivered; false where it was so already. */
  mend(): boolean {
    const changed = this.traits !== COMMON || this.shownUid !== null;
    this.traits = COMMON;
    this.shownUid = null;
    this.flash.setBadCell(null);
    return changed;
  }

  get serial(): string {
    return Buffer.from(this.shownUid ?? this.uid).toString('hex');
  }
}
