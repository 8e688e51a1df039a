import { ERRNO, PORT_RESET } from '#drivers/protocols/usbip/constants.ts';
import type { Submit } from '#drivers/protocols/usbip/messages.ts';
import type { UsbAnswer, VirtualUsbDevice } from './device.ts';
import { isStandard, StandardRequests } from './standard-requests.ts';

/** How a transfer ended. `status`: zero or a negative error number. */
export interface Transferred {
  status: number;
  length: number;
  /** What an IN transfer brought. */
  bytes: Uint8Array;
}

const NOTHING = new Uint8Array(0);
const IN_BIT = 0x80;

/** A device on the bus of one host: one transfer at a time on each endpoint, in the order in which they came. */
export class AttachedDevice {
  private readonly device: VirtualUsbDevice;
  private readonly standard: StandardRequests;
  private readonly queues = new Map<number, Promise<unknown>>();

  constructor(device: VirtualUsbDevice) {
    this.device = device;
    this.standard = new StandardRequests(device);
  }

  /** Rejects with the signal's reason where the host took the transfer back. */
  transfer(submit: Submit, data: Uint8Array, signal: AbortSignal): Promise<Transferred> {
    // Endpoint 0 is one pipe; any other number is two, by direction (USB 2.0, section 5.3.1).
    const address = addressOf(submit);
    const before = this.queues.get(address) ?? Promise.resolve();
    const turn = before.then(() => {
      signal.throwIfAborted();
      return address === 0 ? this.control(submit, data) : this.move(submit, address, data, signal);
    });
    const settled = turn.catch(() => undefined);
    this.queues.set(address, settled);
    return turn;
  }

  private async control({ setup, length, direction }: Submit, data: Uint8Array): Promise<Transferred> {
    if (Buffer.from(setup.subarray(0, 4)).equals(PORT_RESET.subarray(0, 4))) {
      this.standard.reset();
      return { status: 0, length: 0, bytes: NOTHING };
    }
    const answer = isStandard(setup) ? this.standard.answer(setup) : await this.device.control(setup, data);
    if (direction === 'in') return brought(answer, length);
    return answer === 'stall' ? STALLED : { status: 0, length: data.length, bytes: NOTHING };
  }

  private async move(
    { endpoint, length, direction }: Submit,
    address: number,
    data: Uint8Array,
    signal: AbortSignal,
  ): Promise<Transferred> {
    if (this.standard.isHalted(address)) return STALLED;
    const done =
      direction === 'in'
        ? brought(await this.device.read(endpoint, length, signal), length)
        : taken(await this.device.write(endpoint, data));
    if (done.status === ERRNO.stall) this.standard.halt(address);
    return done;
  }
}

const STALLED: Transferred = { status: ERRNO.stall, length: 0, bytes: NOTHING };

const addressOf = ({ endpoint, direction }: Submit): number =>
  endpoint === 0 || direction === 'out' ? endpoint : endpoint | IN_BIT;

function brought(answer: UsbAnswer, length: number): Transferred {
  if (answer === 'stall') return STALLED;
  const bytes = answer.subarray(0, length);
  return { status: 0, length: bytes.length, bytes };
}

const taken = (answer: number | 'stall'): Transferred =>
  answer === 'stall' ? STALLED : { status: 0, length: answer, bytes: NOTHING };
