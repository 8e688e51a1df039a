import { DriverError } from '#drivers/core/errors.ts';
import type { UsbLink } from '#drivers/core/link.ts';
import type { Lifecycle } from '#drivers/core/operations.ts';
import type { DfuClient } from '#drivers/protocols/dfu/client.ts';
import { DFUSE_VERSION } from '#drivers/protocols/dfu/constants.ts';
import { DfuseClient } from '#drivers/protocols/dfu/dfuse.ts';
import { flashOf, type DfuseMemory } from './memory.ts';
import { DfuSocket } from './socket.ts';

/** STM32 boot loaders enumerate as this (AN2606, USB DFU). */
const VENDOR_ID = 0x0483;
const PRODUCT_ID = 0xdf11;
export const DEVICE = '0483:df11';
const PROBE_BYTES = 16;

export interface OpenStm32 {
  dfuse: DfuseClient;
  flash: DfuseMemory;
}

/** One STM32 in its USB boot loader. */
export class Stm32DfuPart {
  readonly socket: DfuSocket;
  /** True while this session knows all of the flash to be erased. */
  erased = false;
  private dfuse: DfuseClient | null = null;

  constructor(link: UsbLink) {
    this.socket = new DfuSocket(link, checkDevice);
  }

  get touched(): boolean {
    return this.socket.touched;
  }

  forget(): void {
    this.drop();
    this.socket.forget();
    this.erased = false;
  }

  drop(): void {
    this.dfuse = null;
    this.socket.drop();
  }

  /** With the flash selected. Rejects with `wrong-chip`, `chip-swapped`. */
  async use(signal: AbortSignal): Promise<OpenStm32> {
    return this.on(await this.socket.use(signal));
  }

  async on(dfu: DfuClient): Promise<OpenStm32> {
    const flash = flashOf(dfu);
    if (this.dfuse?.dfu !== dfu) {
      this.dfuse = new DfuseClient(dfu);
      await this.dfuse.select(flash.setting);
    }
    return { dfuse: this.dfuse, flash };
  }

  /** A part that can be read and written. Rejects with `protected`. */
  async open(signal: AbortSignal): Promise<OpenStm32> {
    const open = await this.use(signal);
    if (!(await isProtected(open))) return open;
    throw new DriverError('protected', 'The part is read-protected: it is neither read nor written.', {
      chip: this.socket.touched ? 'not-locked' : 'untouched',
    });
  }
}

/** Level 1 and above refuse to be read (AN3156, section 4.1); what is above never starts this boot loader. */
export async function isProtected({ dfuse, flash }: OpenStm32): Promise<boolean> {
  try {
    await dfuse.read(flash.runs[0]?.start ?? 0, PROBE_BYTES);
    return false;
  } catch (error) {
    if (error instanceof DriverError && error.code === 'protected') return true;
    throw error;
  }
}

export const lifecycle = (isShut: boolean): Lifecycle => ({
  ...{ dlm: isShut ? 'RDP1' : 'RDP0', protection: null, authentication: null },
});

function checkDevice({ usb, face }: DfuClient): void {
  const { vendorId, productId } = usb.device;
  const { version } = face.functional;
  if (vendorId === VENDOR_ID && productId === PRODUCT_ID && version === DFUSE_VERSION && face.inDfuMode)
    return;
  const hex = (value: number) => value.toString(16).padStart(4, '0');
  const found = `${hex(vendorId)}:${hex(productId)}`;
  throw new DriverError('wrong-chip', 'The USB device is no boot loader of an STM32.', {
    ...{ chip: 'untouched', context: { expected: DEVICE, found, version: hex(version) } },
  });
}
