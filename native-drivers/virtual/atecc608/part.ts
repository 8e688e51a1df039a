import { randomBytes } from 'node:crypto';
import { streamOf, type Entropy } from '../qdid/random.ts';

/** Bytes of slots 0 to 15. */
const SLOT_BYTES = [36, 36, 36, 36, 36, 36, 36, 36, 416, 72, 72, 72, 72, 72, 72, 72] as const;
/** Configuration zone of a new part from byte 16 on, as dumps of several ATECC608A and B show it alike. */
const FACTORY = Buffer.from(
  'c000000083208720 8f20c48f8f8f8f8f 9f8faf8f00000000 0000000000000000 0000af8fffffffff 00000000ffffffff 0000000000000000 0000000000000000 0000000000005555 ffff000000000000 3300330033001c00 1c001c001c001c00 3c003c003c003c00 3c003c003c001c00'.replaceAll(
    ' ',
    '',
  ),
  'hex',
);
/** ATECC608B: revision `00 00 60 03`. */
const REVISION = [0x00, 0x00, 0x60, 0x03] as const;
const UNLOCKED = 0x55;

interface TempKey {
  value: Uint8Array;
  /** Mixed with this slot's content by GenDig: what opens encrypted reads and writes. */
  slot: number | null;
  /** The chip's own random number went in. */
  random: boolean;
}

/** One ATECC608: EEPROM, and what it holds while it is awake. */
export class AteccPart {
  /** Serial number, nine bytes: 01 23 … EE. */
  readonly uid: Uint8Array;
  readonly config = new Uint8Array(128);
  readonly otp = new Uint8Array(64).fill(0xff);
  readonly slots = SLOT_BYTES.map((bytes) => new Uint8Array(bytes).fill(0xff));
  /** Slots whose private key the chip made. */
  readonly made = new Set<number>();
  readonly counters: [number, number] = [0, 0];
  /** Another each time, and the same again for a part with the same history: what was recorded can be played. */
  readonly noise: Entropy;
  tempKey: TempKey | null = null;
  digest: Uint8Array | null = null;
  shownUid: Uint8Array;
  name = 'ECC608';
  kitRate = 115_200;

  constructor(uid: Uint8Array) {
    this.uid = Uint8Array.of(0x01, 0x23, ...uid.subarray(2, 8), 0xee);
    this.noise = streamOf(this.uid, 'noise of the chip');
    this.shownUid = this.uid;
    this.config.set(FACTORY, 16);
    this.config[13] = 0x01;
    this.config[14] = 0x01;
    this.show();
  }

  get configLocked(): boolean {
    return this.config[87] !== UNLOCKED;
  }

  get dataLocked(): boolean {
    return this.config[86] !== UNLOCKED;
  }

  slotLocked(slot: number): boolean {
    return (this.word(88) & (1 << slot)) === 0;
  }

  slotConfig(slot: number): number {
    return this.word(20 + 2 * slot);
  }

  keyConfig(slot: number): number {
    return this.word(96 + 2 * slot);
  }

  /** Sleep, a reset, no power. */
  forget(): void {
    this.tempKey = null;
    this.digest = null;
  }

  lie(name: string, operand: string | undefined): void {
    if (name === 'wrong-chip') this.name = operand ?? 'ECC508';
    if (name === 'wrong-uid') this.shownUid = Uint8Array.of(0x01, 0x23, ...randomBytes(6), 0xee);
    if (name === 'kit-rate') this.kitRate = Number(operand);
    this.show();
  }

  tellTheTruth(): void {
    this.shownUid = this.uid;
    this.name = 'ECC608';
    this.kitRate = 115_200;
    this.show();
  }

  private show(): void {
    this.config.set(this.shownUid.subarray(0, 4), 0);
    this.config.set(REVISION, 4);
    this.config.set(this.shownUid.subarray(4), 8);
  }

  private word(at: number): number {
    return (this.config[at] ?? 0) | ((this.config[at + 1] ?? 0) << 8);
  }
}
