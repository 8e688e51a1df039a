import { createHash } from 'node:crypto';
import { FlashMemory } from '../flash-memory.ts';

/** What a part of the plain kind can hold. */
export const FIRMWARE_BYTES = 0x20000;
const FACTORY_BYTES = 600;

/** A part with a boot loader of DFU 1.1 and a program that can call it. */
export class PlainDfuPart {
  readonly uid: Uint8Array;
  readonly flash = new FlashMemory();
  /** Length of the program; 0: there is none that could run. */
  length = FACTORY_BYTES;
  /** Of the serial number, where a fault replaces it. */
  shownUid: Uint8Array | null = null;
  /** True: a program that offers no way to the boot loader. */
  mute = false;

  constructor(uid: Uint8Array) {
    this.uid = uid;
    const bytes = createHash('shake256', { outputLength: FACTORY_BYTES }).update('factory').digest();
    this.flash.program(0, Uint8Array.from(bytes));
  }

  get serial(): string {
    return Buffer.from(this.shownUid ?? this.uid).toString('hex');
  }
}
