import { KeyStore } from './key-store.ts';
import { NxpMemory } from './memory.ts';

/** System device id as an LPC55S69 of revision 1B says it: DEVICE_ID0, then die id 426B with the revision. */
const SYSTEM_ID: readonly [number, number] = [0x501000c5, 0x000426b1];
/** No document that was read bounds the rate that is found on the ping. */
const MAX_RATE = 921_600;

/** One LPC55S69: flash, PUF, and what hands may do to it. */
export class NxpPart {
  readonly uid: Uint8Array;
  readonly memory = new NxpMemory();
  readonly keys: KeyStore;
  /** CMPA is sealed: the key store in flash is never written again. */
  sealed = false;
  /** BLOCK_ENROLL of the secure boot configuration. */
  enrolBlocked = false;
  shownUid: Uint8Array;
  systemId = SYSTEM_ID;
  maxRate = MAX_RATE;

  constructor(uid: Uint8Array) {
    this.uid = uid;
    this.shownUid = uid;
    this.keys = new KeyStore(uid);
  }

  reset(): void {
    this.memory.reset();
    this.keys.reset();
  }

  tellTheTruth(): void {
    this.shownUid = this.uid;
    this.systemId = SYSTEM_ID;
    this.maxRate = MAX_RATE;
    this.memory.badCell = null;
    this.sealed = false;
    this.enrolBlocked = false;
  }

  lie(name: string, operand = ''): void {
    const number = Number.parseInt(operand, 16);
    if (name === 'wrong-chip') this.systemId = [SYSTEM_ID[0], Number.isNaN(number) ? 0x000551a1 : number];
    if (name === 'wrong-uid') this.shownUid = Uint8Array.from(this.uid, (byte) => byte ^ 0xff);
    if (name === 'bad-cell') this.memory.badCell = number;
    if (name === 'max-rate') this.maxRate = Number(operand);
    if (name === 'sealed') this.sealed = true;
    if (name === 'enrol-blocked') this.enrolBlocked = true;
  }
}
