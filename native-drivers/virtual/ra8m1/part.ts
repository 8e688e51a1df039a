import { randomBytes } from 'node:crypto';
import { FlashMemory } from '../flash-memory.ts';
import { AREAS, CODE_START } from './memory-map.ts';
import { DLM, LEVEL } from './protocol.ts';

export const PRODUCT = 'R7FA8M1AHECBD';

export interface OemRootKey {
  /** Qx||Qy; null where the wrapping key is not this simulator's, so that nobody can know it. */
  publicKey: Uint8Array | null;
  permanent: boolean;
}

/** An authentication key; null where the wrapping key is not this simulator's. */
export type AuthenticationKey = { key: Uint8Array } | { key: null };

/**
 * One piece of silicon: all that survives a reset, a power cut and a change of socket.
 * Factory state: OEM, PL2. The public provisioning tool takes CM and OEM parts alike and reads OEM/PL2 after
 * `initialize`; a public flasher refuses to initialise a CM part; OEM is the one state from which every tool gets on.
 */
export class Part {
  readonly uid: Uint8Array;
  readonly flash = new FlashMemory();
  dlm: number = DLM.oem;
  protection: number = LEVEL.two;
  initializeEnabled = true;
  rootKey: OemRootKey | null = null;
  readonly authenticationKeys = new Map<number, AuthenticationKey>();
  certificates: { key: Uint8Array; code: Uint8Array } | null = null;
  /** Highest image version ever certified: fuses, so `initialize` does not lower it. */
  rollbackCounter = 0;
  boundary = new Uint8Array(10);
  /** Set by faults: what the signature says instead of the truth. */
  reportedProduct = PRODUCT;
  reportedUid: Uint8Array;

  constructor(uid: Uint8Array = randomBytes(16)) {
    this.uid = uid;
    this.reportedUid = uid;
  }

  /** Erases user, data and option areas and the keys; PL2 again. */
  initialize(): void {
    for (const { start, end } of AREAS) this.flash.erase(start, end - start + 1);
    this.flash.erase(0x27030080, 720);
    if (this.rootKey?.permanent !== true) this.rootKey = null;
    this.authenticationKeys.clear();
    this.certificates = null;
    this.boundary = new Uint8Array(10);
    this.dlm = DLM.oem;
    this.protection = LEVEL.two;
  }

  /** Without a vector table the core has nothing to run. */
  hasProgram(): boolean {
    return !this.flash.isBlank(CODE_START, 8);
  }
}

const DLM_NAMES = new Map<number, string>([
  [DLM.cm, 'CM'],
  [DLM.oem, 'OEM'],
  [DLM.lckBoot, 'LCK_BOOT'],
  [DLM.rmaReq, 'RMA_REQ'],
]);

export function dlmName(state: number): string {
  return DLM_NAMES.get(state) ?? `0x${state.toString(16)}`;
}

/** `PL2`, `AL0`: level 2 is code 02, level 0 is code 04. */
export function levelName(prefix: 'PL' | 'AL', level: number): string {
  return `${prefix}${4 - level}`;
}
