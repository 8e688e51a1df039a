import { FlashMemory } from '../flash-memory.ts';
import type { RxDevice } from './devices.ts';

/** Unique id registers UIDR0..3 (RX65N hardware manual). That the boot ROM shows them is an assumption. */
export const UID_ADDRESS = 0xfe7f7d90;

/** One piece of RX silicon: all that survives a reset, a power cut and a change of socket. */
export class RxPart {
  readonly uid: Uint8Array;
  readonly device: RxDevice;
  readonly flash = new FlashMemory();
  /** Asked for before any memory is touched; null: none. */
  idCode: Uint8Array | null = null;
  /** Set by faults. */
  reportedUid: Uint8Array;
  bootCode: number;
  showsUid = true;

  constructor(uid: Uint8Array, device: RxDevice) {
    this.uid = uid;
    this.device = device;
    this.reportedUid = uid;
    this.bootCode = device.bootCode;
  }

  read(start: number, length: number): Uint8Array {
    const offset = start - UID_ADDRESS;
    return offset >= 0 && offset + length <= this.uid.length
      ? this.reportedUid.slice(offset, offset + length)
      : this.flash.read(start, length);
  }

  /** True where the boot ROM shows what lies there. */
  shows(start: number, end: number): boolean {
    const inUid = start >= UID_ADDRESS && end < UID_ADDRESS + this.uid.length;
    return (inUid && this.showsUid) || this.device.memory.resolve(start, end) !== null;
  }
}
