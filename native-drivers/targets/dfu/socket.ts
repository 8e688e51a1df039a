import { DriverError } from '#drivers/core/errors.ts';
import type { UsbDevice, UsbLink, UsbPort } from '#drivers/core/link.ts';
import { DfuClient } from '#drivers/protocols/dfu/client.ts';
import { hasDfu } from '#drivers/protocols/dfu/interface.ts';
import { nextDevice, RETURN_MS } from './next-device.ts';

/**
 * The part at one place on the bus. Each time that its device is another one, the serial number is held against the
 * first: a part swapped in mid-run is noticed before anything changes it.
 */
export class DfuSocket {
  /** True once this session sent the part something that changes it. */
  touched = false;
  readonly link: UsbLink;
  private readonly fits: (client: DfuClient) => void;
  private client: DfuClient | null = null;
  private stopListening: () => void = () => undefined;
  private uid: string | null = null;

  /** `fits` throws `wrong-chip` for a device of another family. */
  constructor(link: UsbLink, fits: (client: DfuClient) => void) {
    this.link = link;
    this.fits = fits;
  }

  /** A new run begins: whatever part is in now is the right one. */
  forget(): void {
    this.drop();
    this.uid = null;
    this.touched = false;
  }

  /** The next use looks at the device anew. */
  drop(): void {
    this.stopListening();
    this.client = null;
  }

  /** The part as it is, in DFU mode or beside its program; a part without a DFU interface is reset into its boot loader. */
  async look(signal: AbortSignal): Promise<{ client: DfuClient; uid: string }> {
    const known = this.client;
    if (known !== null && known.usb === this.link.usb)
      return { client: known, uid: this.checkUid(known.usb) };
    const usb = hasDfu(this.link.usb.device) ? this.link.usb : await this.called(signal);
    return this.adopt(usb);
  }

  /** The part in DFU mode. Rejects with `wrong-chip`, `chip-swapped`, `no-answer`. */
  async use(signal: AbortSignal): Promise<DfuClient> {
    const { client } = await this.look(signal);
    if (client.face.inDfuMode) return client;
    return this.detached(client, signal);
  }

  /** The part after it left the bus by itself or by a reset. */
  async returned(old: UsbPort, signal: AbortSignal, milliseconds = RETURN_MS): Promise<DfuClient> {
    const usb = await nextDevice(this.link, old, signal, milliseconds);
    return (await this.adopt(usb)).client;
  }

  private async adopt(usb: UsbPort): Promise<{ client: DfuClient; uid: string }> {
    this.drop();
    const uid = this.checkUid(usb);
    const client = await DfuClient.open(usb);
    this.fits(client);
    this.stopListening = usb.onGone(() => this.drop());
    this.client = client;
    return { client, uid };
  }

  /** Mode pin and reset: the device that comes back is the boot loader's. */
  private async called(signal: AbortSignal): Promise<UsbPort> {
    const { usb, control } = this.link;
    await control.setMode('boot');
    await control.reset();
    return nextDevice(this.link, usb, signal);
  }

  /** DFU 1.1, section 5.1: some devices leave by themselves, the others when they are reset in time. */
  private async detached(client: DfuClient, signal: AbortSignal): Promise<DfuClient> {
    const { usb, face } = client;
    await client.detach(face.functional.detachMs).catch(unlessGone);
    if (!face.functional.willDetach) await usb.device.reset().catch(unlessGone);
    const again = await this.returned(usb, signal);
    if (again.face.inDfuMode) return again;
    throw new DriverError('wrong-state', 'The device came back without being in its boot loader.');
  }

  private checkUid({ device }: UsbPort): string {
    const found = uidOf(device);
    this.uid ??= found;
    if (this.uid === found) return found;
    throw new DriverError('chip-swapped', 'This is not the part that the run began with.', {
      ...{ chip: 'untouched', context: { expected: this.uid, found } },
    });
  }
}

/** What a device that leaves the bus makes of the transfer that tells it to. */
export function unlessGone(error: unknown): void {
  if (!(error instanceof DriverError) || error.code !== 'port-gone') throw error;
}

/** A serial number of hex digits in small letters; any other text as hex of its bytes. */
function uidOf({ serialNumber, vendorId, productId }: UsbDevice): string {
  if (serialNumber === null || serialNumber === '')
    throw new DriverError('unsupported', 'The device has no serial number: it cannot be told from another.', {
      ...{ chip: 'untouched', context: { vendorId, productId } },
    });
  const digits = /^(?:[0-9a-f]{2})+$/i.test(serialNumber);
  return digits ? serialNumber.toLowerCase() : Buffer.from(serialNumber).toString('hex');
}
