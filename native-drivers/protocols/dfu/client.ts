import { DriverError, type DriverErrorCode } from '#drivers/core/errors.ts';
import type { UsbPort } from '#drivers/core/link.ts';
import { busyWait } from './busy-wait.ts';
import { BUSY_MS, REQUEST, STATE, STATUS } from './constants.ts';
import { stateName, statusName } from './errors.ts';
import { findInterface, type DfuInterface } from './interface.ts';
import { parseStatus, type DfuStatus } from './status.ts';

const NOTHING = new Uint8Array(0);
const STATUS_BYTES = 6;
/** From any state two steps lead to dfuIDLE; one more for a device that was busy. */
const STEPS_TO_IDLE = 4;
/** How a transfer ends whose device has left the bus, or does not answer as it is leaving. */
const LEFT: readonly DriverErrorCode[] = ['port-gone', 'no-answer'];
const BUSY: readonly number[] = [STATE.downloadSync, STATE.downloadBusy, STATE.manifestSync, STATE.manifest];

/**
 * One device in DFU mode, or one that is asked to go there: one method per request of DFU 1.1, one at a time. A refusal
 * is `device-error` with status and state by name; the device is back in dfuIDLE by then where it can be.
 */
export class DfuClient {
  readonly usb: UsbPort;
  readonly face: DfuInterface;
  private readonly number: number;

  private constructor(usb: UsbPort, face: DfuInterface) {
    this.usb = usb;
    this.face = face;
    this.number = face.number;
  }

  /** Claims the interface. Rejects with `wrong-chip` where there is none. */
  static async open(usb: UsbPort): Promise<DfuClient> {
    const face = await findInterface(usb.device);
    await usb.device.claimInterface(face.number);
    return new DfuClient(usb, face);
  }

  /** Bytes of one block. */
  get transferSize(): number {
    return this.face.functional.transferSize;
  }

  async select(alternate: number): Promise<void> {
    await this.usb.device.selectAlternateInterface(this.number, alternate);
  }

  /**
   * The state as it is. A device that another process left busy stalls the first question and tells at the next that it
   * was asked too early (DFU 1.1, table A.2.5).
   */
  async getStatus(): Promise<DfuStatus> {
    const answer = (await this.askStatus()) ?? (await this.askStatus());
    if (answer !== null) return parseStatus(answer);
    throw new DriverError('device-error', 'The device does not say its status.', {
      context: { request: 'GETSTATUS' },
    });
  }

  /** Whatever was left undone, or went wrong, is dropped (DFU 1.1, figure A.1). Rejects with `wrong-state`. */
  async toIdle(): Promise<void> {
    let now = await this.settled();
    for (let step = 0; step < STEPS_TO_IDLE; step += 1) {
      if (now.state === STATE.idle) return;
      await this.out(now.state === STATE.error ? REQUEST.clearStatus : REQUEST.abort, 0);
      now = await this.settled();
    }
    throw new DriverError('wrong-state', 'The device does not go back to idle.', {
      context: { state: stateName(now.state), status: statusName(now.status) },
    });
  }

  /** Sends one block and waits until the device is through with it. */
  async download(block: number, bytes: Uint8Array): Promise<void> {
    await this.send(block, bytes);
    await this.done({ block });
  }

  /** Without waiting: for a command after which the device may leave the bus. */
  async send(block: number, bytes: Uint8Array): Promise<void> {
    if (!(await this.out(REQUEST.download, block, bytes))) await this.fail('DNLOAD', { block });
  }

  /** At most `length` bytes; fewer end the upload. */
  async upload(block: number, length: number): Promise<Uint8Array> {
    const bytes = await this.in(REQUEST.upload, block, length);
    return bytes ?? this.fail('UPLOAD', { block });
  }

  /** Beside a running program: the device goes to DFU mode by itself, or once it is reset within that time. */
  async detach(milliseconds: number): Promise<void> {
    if (!(await this.out(REQUEST.detach, milliseconds))) await this.fail('DETACH', {});
  }

  /** Waits while the device is busy; rejects where what it did failed. */
  async done(context: Record<string, number>): Promise<DfuStatus> {
    const status = await this.settled();
    if (status.status === STATUS.ok && status.state !== STATE.error) return status;
    return this.refused(status, context);
  }

  /**
   * Asks until the device is busy no more, each time after the time that it gave. One that skips dfuDNBUSY answers the
   * first question with what came out. Rejects with `no-answer` where it is busy for longer than anything takes.
   */
  async settled(): Promise<DfuStatus> {
    const until = performance.now() + BUSY_MS;
    for (;;) {
      const status = await this.getStatus();
      if (!BUSY.includes(status.state) || status.status !== STATUS.ok) return status;
      if (performance.now() + status.pollMs > until)
        throw new DriverError('no-answer', 'The device stays busy.', {
          context: { state: stateName(status.state), pollMilliseconds: status.pollMs },
        });
      await busyWait(this.usb, status.pollMs);
    }
  }

  /**
   * The GETSTATUS at which a device carries out what was sent (AN3156, section 5.4: "effectively executed"). It may be
   * off the bus before it answers: that is no failure here, and no success either.
   */
  async started(): Promise<void> {
    try {
      const status = await this.getStatus();
      if (status.status !== STATUS.ok) await this.refused(status, {});
    } catch (error) {
      if (!(error instanceof DriverError) || !LEFT.includes(error.code)) throw error;
    }
  }

  /** A stalled request: the device says why in its status. */
  private async fail(request: string, context: Record<string, number>): Promise<never> {
    return this.refused(await this.settled(), { request, ...context });
  }

  private async refused(status: DfuStatus, context: Record<string, number | string>): Promise<never> {
    if (status.state === STATE.error) await this.out(REQUEST.clearStatus, 0);
    const names = { status: statusName(status.status), state: stateName(status.state) };
    throw new DriverError('device-error', `The device refuses: ${names.status} in state ${names.state}.`, {
      context: { ...names, bStatus: status.status, ...context },
    });
  }

  private askStatus(): Promise<Uint8Array | null> {
    return this.in(REQUEST.getStatus, 0, STATUS_BYTES);
  }

  private async in(request: number, value: number, length: number): Promise<Uint8Array | null> {
    const { status, data } = await this.usb.device.controlTransferIn(this.setup(request, value), length);
    if (status !== 'ok') return null;
    return data === undefined ? NOTHING : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }

  /** False: stalled. */
  private async out(request: number, value: number, bytes: Uint8Array = NOTHING): Promise<boolean> {
    const sent = await this.usb.device.controlTransferOut(this.setup(request, value), Uint8Array.from(bytes));
    return sent.status === 'ok';
  }

  private setup(request: number, value: number): USBControlTransferParameters {
    return { requestType: 'class', recipient: 'interface', request, value, index: this.number };
  }
}
