import { ATTRIBUTE, FUNCTIONAL, PROTOCOL, REQUEST, STATE, STATUS } from '#drivers/protocols/dfu/constants.ts';
import { statusBytes } from '#drivers/protocols/dfu/status.ts';
import { descriptor, le16, usbDescriptors } from '../usb/descriptors.ts';
import type { UsbAnswer, UsbDescriptors } from '../usb/device.ts';
import type { Running, UsbHost } from './chip.ts';
import { dfuClass, DfuDevice, fields, type ChipUsbDevice } from './device.ts';
import { DfuMachine, type DfuMemory, type Work } from './machine.ts';
import { FIRMWARE_BYTES, type PlainDfuPart } from './plain-part.ts';
import { WORD_NS } from './system-loader.ts';

/** Numbers that are free for anybody's tests (pid.codes, "1209/0001" and "1209/0002"). */
const VENDOR_ID = 0x1209;
const PRODUCT_ID = { program: 0x0001, loader: 0x0002 } as const;
const TRANSFER_SIZE = 1024;
const DETACH_MS = 1000;
const DFU_1_1 = 0x0110;
const MANIFEST_NS = 20e6;
/** Per block, typical: erased as it is written. */
const ERASE_NS = 12e6;

type Host = UsbHost<PlainDfuPart>;

/** A boot loader as DFU 1.1 has it: blocks in order, then manifestation. */
class PlainLoader implements DfuMemory {
  readonly canDownload = true;
  readonly canUpload: boolean;
  readonly manifestationTolerant: boolean;
  readonly leavesFromIdle = false;
  private readonly host: Host;

  constructor(host: Host) {
    const { canUpload, manifestationTolerant } = host.part.traits;
    this.host = host;
    this.canUpload = canUpload;
    this.manifestationTolerant = manifestationTolerant;
  }

  skipsBusy(): boolean {
    return this.host.faults.take('skip-busy') !== null;
  }

  download(block: number, bytes: Uint8Array): Work {
    const { part, faults } = this.host;
    const refused = faults.take('nak', REQUEST.download);
    if (refused !== null) return { nanoseconds: 0, finish: () => Number.parseInt(refused[0] ?? '0e', 16) };
    const at = block * TRANSFER_SIZE;
    if (at + bytes.length > FIRMWARE_BYTES) return { nanoseconds: 0, finish: () => STATUS.errAddress };
    // From the first block on there is nothing left that could run.
    part.length = 0;
    const write = (count: number): number => {
      part.flash.replace(at, bytes.subarray(0, count));
      this.received = at + bytes.length;
      return STATUS.ok;
    };
    const nanoseconds = ERASE_NS + Math.ceil(bytes.length / 4) * WORD_NS;
    return { nanoseconds, finish: () => write(bytes.length), cut: () => void write(bytes.length >> 1) };
  }

  upload(block: number, length: number): Uint8Array {
    const { part } = this.host;
    const at = Math.min(block * TRANSFER_SIZE, part.length);
    return part.flash.read(at, Math.min(length, part.length - at));
  }

  manifest(): Work {
    const finish = (): number => {
      this.host.part.length = this.received;
      return STATUS.ok;
    };
    return { nanoseconds: MANIFEST_NS, finish };
  }

  private received = 0;
}

/** The program: it answers DETACH and GETSTATUS, and goes to the boot loader when it is told to (DFU 1.1, section 5). */
class Program implements ChipUsbDevice {
  readonly speed = 'full';
  readonly descriptors: UsbDescriptors;
  private readonly host: Host;
  private detached = false;

  constructor(host: Host) {
    this.host = host;
    this.descriptors = descriptorsOf(host.part, 'program');
  }

  async control(setup: Uint8Array): Promise<UsbAnswer> {
    await this.host.time.transfer('out', 0);
    const { request } = fields(setup);
    const state = this.detached ? STATE.appDetach : STATE.appIdle;
    if (request === REQUEST.getState) return Uint8Array.of(state);
    if (request === REQUEST.getStatus) return statusBytes({ status: STATUS.ok, state, pollMs: 0 });
    if (request !== REQUEST.detach) return 'stall';
    this.detached = true;
    if (this.host.part.traits.willDetach) this.toLoader();
    return new Uint8Array(0);
  }

  write(): Promise<'stall'> {
    return Promise.resolve('stall');
  }

  read(): Promise<'stall'> {
    return Promise.resolve('stall');
  }

  reset(): void {
    if (this.detached) this.toLoader();
  }

  stop(): void {
    this.detached = false;
  }

  private toLoader(): void {
    this.host.become(() => loader(this.host));
  }
}

function loader(host: Host): Running {
  const machine = new DfuMachine(new PlainLoader(host), host.time);
  // A reset ends DFU mode where there is a program to go back to (DFU 1.1, table A.2.3).
  const device = new DfuDevice(descriptorsOf(host.part, 'loader'), machine, host.time, () => {
    if (host.part.length > 0) host.restart();
  });
  return { running: 'boot-rom', device };
}

function descriptorsOf(part: PlainDfuPart, what: keyof typeof PRODUCT_ID): UsbDescriptors {
  const { canUpload, manifestationTolerant, willDetach, mute } = part.traits;
  const attributes =
    ATTRIBUTE.canDownload |
    (canUpload ? ATTRIBUTE.canUpload : 0) |
    (manifestationTolerant ? ATTRIBUTE.manifestationTolerant : 0) |
    (willDetach ? ATTRIBUTE.willDetach : 0);
  const functional = descriptor(
    FUNCTIONAL,
    attributes,
    ...le16(DETACH_MS),
    ...le16(TRANSFER_SIZE),
    ...le16(DFU_1_1),
  );
  const protocol = what === 'program' ? PROTOCOL.runTime : PROTOCOL.dfuMode;
  const face = { number: 0, class: dfuClass(protocol), name: 'Firmware', extra: [functional] };
  const idle = { number: 0, class: [0xff, 0, 0] as const, name: 'Firmware' };
  return usbDescriptors({
    ...{ vendorId: VENDOR_ID, productId: PRODUCT_ID[what], serial: part.serial },
    ...{ manufacturer: 'Rootline', product: what === 'program' ? 'Sensor' : 'Sensor boot loader' },
    configurations: [{ interfaces: [mute && what === 'program' ? idle : face] }],
  });
}

/** The mode pin calls the boot loader (low) beside DETACH; without a program the part stays in it. */
export function startPlain(mode: 'low' | 'high', host: Host): Running {
  const { length, traits } = host.part;
  if (length === 0 || (mode === 'low' && traits.mute)) return loader(host);
  return { running: 'firmware', device: new Program(host) };
}
