import { REQUEST, STATE, STATUS } from '#drivers/protocols/dfu/constants.ts';
import { statusBytes } from '#drivers/protocols/dfu/status.ts';
import type { UsbAnswer } from '../usb/device.ts';
import type { BusTime } from './bus-time.ts';

/** Something that takes time, and what comes of it. */
export interface Work {
  nanoseconds: number;
  /** Returns bStatus. */
  finish(): number;
  /** Power went away before it was through. */
  cut?(): void;
}

/** What stands behind a DFU interface in DFU mode. */
export interface DfuMemory {
  readonly canDownload: boolean;
  readonly canUpload: boolean;
  readonly manifestationTolerant: boolean;
  /** ST's boot loader leaves on a download of no bytes from dfuIDLE too (AN3156, section 5.5). */
  readonly leavesFromIdle: boolean;
  /** Begins at the GETSTATUS that follows the download. */
  download(block: number, bytes: Uint8Array): Work;
  upload(block: number, length: number): Uint8Array | { refusal: number };
  /** All blocks are there (DFU 1.1, section 7). */
  manifest(): Work;
  /** True: GETSTATUS waits until a block is through instead of saying dfuDNBUSY, as some parts do. */
  skipsBusy(): boolean;
}

const NOTHING = new Uint8Array(0);

/** The states of DFU mode: DFU 1.1, figure A.1 and tables A.2.3 to A.2.11. */
export class DfuMachine {
  private readonly memory: DfuMemory;
  private readonly time: BusTime;
  private state: number = STATE.idle;
  private status: number = STATUS.ok;
  private pending: Work | null = null;
  /** What flash works on, the next after the one before: more than one only where a host came too early. */
  private readonly running = new Set<Work>();
  /** The one that the state waits for; null also where a host came too early and was refused. */
  private current: Work | null = null;
  private stopped = false;

  constructor(memory: DfuMemory, time: BusTime) {
    this.memory = memory;
    this.time = time;
  }

  get waitsForReset(): boolean {
    return this.state === STATE.manifestWaitReset;
  }

  /** Power is gone. */
  stop(): void {
    this.stopped = true;
    for (const work of this.running) work.cut?.();
    this.running.clear();
  }

  /** `length`: of what an upload may bring. */
  async request(request: number, value: number, data: Uint8Array, length: number): Promise<UsbAnswer> {
    // Tables A.2.5 and A.2.8: a device that is busy takes no request at all.
    if (this.state === STATE.downloadBusy || this.state === STATE.manifest) return this.stall();
    switch (request) {
      case REQUEST.getStatus:
        return this.getStatus();
      case REQUEST.getState:
        return Uint8Array.of(this.state);
      case REQUEST.clearStatus:
        return this.state === STATE.error ? this.toIdle() : this.stall();
      case REQUEST.abort:
        return this.state === STATE.error || this.waitsForReset ? this.stall() : this.toIdle();
      case REQUEST.download:
        return this.download(value, data);
      case REQUEST.upload:
        return this.upload(value, length);
      default:
        return this.stall();
    }
  }

  private toIdle(): Uint8Array {
    this.state = STATE.idle;
    this.status = STATUS.ok;
    this.pending = null;
    return NOTHING;
  }

  private stall(status: number = STATUS.errStalledPacket): 'stall' {
    this.current = null;
    // What went wrong first stays.
    if (this.state !== STATE.error) this.status = status;
    this.state = STATE.error;
    return 'stall';
  }

  private download(block: number, bytes: Uint8Array): UsbAnswer {
    const { state, memory } = this;
    if (!memory.canDownload || (state !== STATE.idle && state !== STATE.downloadIdle)) return this.stall();
    if (bytes.length === 0) {
      if (state === STATE.idle && !memory.leavesFromIdle) return this.stall();
      this.state = STATE.manifestSync;
      this.pending = memory.manifest();
      return NOTHING;
    }
    this.state = STATE.downloadSync;
    this.pending = memory.download(block, bytes);
    return NOTHING;
  }

  private upload(block: number, length: number): UsbAnswer {
    const { state, memory } = this;
    if (!memory.canUpload || (state !== STATE.idle && state !== STATE.uploadIdle)) return this.stall();
    const answer = memory.upload(block, length);
    if ('refusal' in answer) return this.stall(answer.refusal);
    this.state = answer.length < length ? STATE.idle : STATE.uploadIdle;
    return answer;
  }

  private async getStatus(): Promise<UsbAnswer> {
    const work = this.pending;
    if (work !== null) return this.begin(work);
    if (this.state === STATE.downloadSync) this.state = STATE.downloadIdle;
    if (this.state === STATE.manifestSync) this.state = STATE.idle;
    return this.answer(0);
  }

  private async begin(work: Work): Promise<UsbAnswer> {
    this.pending = null;
    this.running.add(work);
    this.current = work;
    const { pollMs, done } = this.time.busy(work.nanoseconds);
    const manifests = this.state === STATE.manifestSync;
    const ended = done.then(() => this.ended(work, manifests));
    if (this.memory.skipsBusy() && !manifests) {
      await ended;
      return this.getStatus();
    }
    this.state = manifests ? STATE.manifest : STATE.downloadBusy;
    const busy = this.answer(pollMs);
    // Nothing paced: through before anybody can ask again.
    if (pollMs === 0) await ended;
    return busy;
  }

  private ended(work: Work, manifests: boolean): void {
    if (this.stopped) return;
    this.running.delete(work);
    const status = work.finish();
    if (this.current !== work) return;
    this.current = null;
    const after = this.memory.manifestationTolerant ? STATE.manifestSync : STATE.manifestWaitReset;
    this.status = status;
    this.state = status === STATUS.ok ? (manifests ? after : STATE.downloadSync) : STATE.error;
  }

  private answer(pollMs: number): Uint8Array {
    return statusBytes({ status: this.status, state: this.state, pollMs });
  }
}
