import { FlashMemory } from '../flash-memory.ts';
import type { Device } from './devices.ts';

/** Life-cycle states; Renesas' example code for RA6M4 names them all. */
export const DLM = {
  CM: 0x01,
  SSD: 0x02,
  NSECSD: 0x03,
  DPL: 0x04,
  LCK_DBG: 0x05,
  LCK_BOOT: 0x06,
  RMA_REQ: 0x07,
  RMA_ACK: 0x08,
} as const;

/** KYTY of the life-cycle keys. */
export const KEY = { secdbg: 0x01, nonsecdbg: 0x02, rma: 0x03 } as const;

/** A key inside; null where its wrapping key is not this simulator's, so that nobody can know it. */
export type StoredKey = Uint8Array | null;

/** One piece of silicon: all that survives a reset, a power cut and a change of socket. Fresh ones are in SSD. */
export class Gen1Part {
  readonly uid: Uint8Array;
  readonly device: Device;
  readonly flash = new FlashMemory();
  dlm: number = DLM.SSD;
  initializeEnabled = true;
  readonly dlmKeys = new Map<number, StoredKey>();
  readonly userKeys = new Map<number, StoredKey>();
  /** CFS1 CFS2 DFS SRS1 SRS2, two bytes each, KiB. */
  boundary = new Uint8Array(10);
  /** Asked for before anything else; null: none. */
  idCode: Uint8Array | null = null;
  /** Set by faults: what the signature says instead of the truth. */
  reportedProduct: string;
  reportedUid: Uint8Array;

  constructor(uid: Uint8Array, device: Device) {
    this.uid = uid;
    this.device = device;
    this.reportedUid = uid;
    this.reportedProduct = device.product;
  }

  /** Flash, options, boundary and keys are gone; SSD again. */
  initialize(): void {
    for (const { start, end } of this.device.areas) this.flash.erase(start, end - start + 1);
    this.dlmKeys.clear();
    this.userKeys.clear();
    this.boundary = new Uint8Array(10);
    this.dlm = DLM.SSD;
  }
}

export function dlmName(state: number): string {
  return Object.entries(DLM).find(([, code]) => code === state)?.[0] ?? `0x${state.toString(16)}`;
}
