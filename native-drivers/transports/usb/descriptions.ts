import { DriverError } from '#drivers/core/errors.ts';
import { parseConfiguration, type Configuration } from './configuration.ts';

/** GET_DESCRIPTOR and the types that it is asked for (USB 2.0, tables 9-4 and 9-5); a language (section 9.6.7). */
export const GET_DESCRIPTOR = 6;
const DESCRIPTOR = { device: 1, configuration: 2, string: 3 } as const;
const US_ENGLISH = 0x0409;
const LONGEST = 255;

/** One GET_DESCRIPTOR: wValue, wIndex, wLength. Null where the device refuses it. */
export type Ask = (value: number, index: number, length: number) => Promise<Uint8Array | null>;

/** All that a device says of itself, read once. */
export class Descriptions {
  private readonly ask: Ask;
  private readonly strings = new Map<number, string | null>([[0, null]]);
  private readonly configurations: Uint8Array[] = [];
  private device = Buffer.alloc(0);

  private constructor(ask: Ask) {
    this.ask = ask;
  }

  /** Rejects with `device-error` where the device does not say what it must. */
  static async read(ask: Ask): Promise<Descriptions> {
    const all = new Descriptions(ask);
    all.device = Buffer.from(await all.whole(DESCRIPTOR.device, 0, 18));
    for (let index = 0; index < all.device.readUInt8(17); index += 1) await all.readConfiguration(index);
    for (const index of [15, 16]) await all.readString(all.device.readUInt8(index));
    return all;
  }

  get vendorId(): number {
    return this.device.readUInt16LE(8);
  }

  get productId(): number {
    return this.device.readUInt16LE(10);
  }

  get productName(): string | null {
    return this.string(this.device.readUInt8(15));
  }

  get serialNumber(): string | null {
    return this.string(this.device.readUInt8(16));
  }

  /** bConfigurationValue of the one that a host selects by itself. */
  get firstValue(): number {
    return this.configurations[0]?.[5] ?? 1;
  }

  /** With nothing claimed and every alternate at its first. Null: there is none of that value. */
  configuration(value: number): Configuration | null {
    const bytes = this.configurations.find((one) => one[5] === value);
    return bytes === undefined ? null : parseConfiguration(bytes, (index) => this.string(index));
  }

  private string(index: number): string | null {
    return this.strings.get(index) ?? null;
  }

  private async readConfiguration(index: number): Promise<void> {
    const head = Buffer.from(await this.whole(DESCRIPTOR.configuration, index, 9));
    const bytes = await this.whole(DESCRIPTOR.configuration, index, head.readUInt16LE(2));
    this.configurations.push(bytes);
    const names = new Set<number>();
    parseConfiguration(bytes, (name) => {
      names.add(name);
      return null;
    });
    for (const name of names) await this.readString(name);
  }

  private async whole(type: number, index: number, length: number): Promise<Uint8Array> {
    const bytes = await this.ask((type << 8) | index, 0, length);
    if (bytes?.length === length) return bytes;
    throw new DriverError('device-error', 'The USB device does not say what it is.', {
      ...{ chip: 'untouched', context: { type, index } },
    });
  }

  /** A string that the device does not tell is none. */
  private async readString(index: number): Promise<void> {
    if (this.strings.has(index)) return;
    const bytes = await this.ask((DESCRIPTOR.string << 8) | index, US_ENGLISH, LONGEST);
    this.strings.set(index, bytes && Buffer.from(bytes.subarray(2, bytes[0])).toString('utf16le'));
  }
}
