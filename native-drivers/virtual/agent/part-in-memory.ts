import { randomBytes } from 'node:crypto';
import type { Transport } from '#drivers/core/link.ts';
import type { ChipHardware, Firmware } from '../chip/firmware.ts';
import { createEnrolmentAgent } from './agent.ts';
import { rootMark, type AgentRoot } from './root-mark.ts';

const DATA_BASE = 0x27000000;
const DATA_BYTES = 12 * 1024;
const ERASE_BLOCK = 64;
/** Stack pointer 2208E000, reset handler 02000401 (Thumb). */
const VECTORS = Buffer.from('00e0082201040002', 'hex');

/** Flash, unique id and fault switch of one part, without a boot ROM: the agent's tests and benchmarks run on it. */
export class PartInMemory implements ChipHardware {
  readonly uid: Uint8Array;
  faultName: string | null = null;
  degrees = 25;
  dlm = 'OEM';
  code: Buffer;
  readonly data = Buffer.alloc(DATA_BYTES, 0xff);

  /** `root`: what its firmware is built for. */
  constructor(uid: Uint8Array = randomBytes(16), root: AgentRoot = 'qdid') {
    this.uid = uid;
    this.code = Buffer.concat([VECTORS, rootMark(root)]);
  }

  lifecycle() {
    return { dlm: this.dlm, protection: 'PL2', authentication: 'AL2' };
  }

  readCode(_address: number, length: number): Uint8Array {
    return this.code.subarray(0, length);
  }

  readData(address: number, length: number): Uint8Array {
    return this.data.subarray(address - DATA_BASE, address - DATA_BASE + length);
  }

  writeData(address: number, bytes: Uint8Array): void {
    bytes.forEach((byte, index) => {
      const at = address - DATA_BASE + index;
      this.data[at] = (this.data[at] ?? 0) & byte;
    });
  }

  eraseData(address: number, length: number): void {
    if (address % ERASE_BLOCK !== 0 || length % ERASE_BLOCK !== 0) throw new RangeError('not an erase block');
    this.data.fill(0xff, address - DATA_BASE, address - DATA_BASE + length);
  }

  temperature(): number {
    return this.degrees;
  }

  fault(): string | null {
    return this.faultName;
  }
}

/** A wire without delay between a transport and the agent on a part. `powerUp` restarts the agent. */
export class WireInMemory implements Transport {
  readonly path = 'memory';
  baudRate = 115_200;
  /** Bytes either way, for who counts them. */
  sent = 0;
  received = 0;
  /** Every chunk on its way to the station passes here; a test may change or drop it. */
  tamper: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes;
  readonly #part: PartInMemory;
  #firmware: Firmware | null = null;
  #listener: ((bytes: Uint8Array) => void) | null = null;
  #gone: ((error: Error) => void) | null = null;

  constructor(part: PartInMemory) {
    this.#part = part;
    this.powerUp();
  }

  powerUp(): void {
    this.#firmware?.stop();
    this.baudRate = 115_200;
    this.#firmware = createEnrolmentAgent(this.#part, {
      send: (bytes) => this.#toStation(bytes),
      reset: () => this.powerUp(),
      setBaudRate: () => undefined,
    });
  }

  write(bytes: Uint8Array): Promise<void> {
    this.sent += bytes.length;
    this.#firmware?.receive(bytes);
    return Promise.resolve();
  }

  onData(listener: (bytes: Uint8Array) => void): () => void {
    this.#listener = listener;
    return () => (this.#listener = null);
  }

  onGone(listener: (error: Error) => void): () => void {
    this.#gone = listener;
    return () => (this.#gone = null);
  }

  /** The cable is pulled. */
  pull(error: Error): void {
    this.#firmware?.stop();
    this.#firmware = null;
    this.#gone?.(error);
  }

  setBaudRate(baudRate: number): Promise<void> {
    this.baudRate = baudRate;
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#firmware?.stop();
    return Promise.resolve();
  }

  #toStation(bytes: Uint8Array): void {
    this.received += bytes.length;
    this.#listener?.(this.tamper(bytes));
  }
}
