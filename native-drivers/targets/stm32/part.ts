import { DriverError } from '#drivers/core/errors.ts';
import type { Link, Transport } from '#drivers/core/link.ts';
import type { MemoryArea } from '#drivers/core/operations.ts';
import { Stm32BootClient } from '#drivers/protocols/stm32-boot/client.ts';
import { MAX_BAUD_RATE } from '#drivers/protocols/stm32-boot/constants.ts';

/** One line of STM32 devices: product id (AN2606), memory, where its identity stands. */
export interface Stm32Family {
  target: string;
  productId: number;
  product: string;
  areas: readonly MemoryArea[];
  /** Sectors in the order of their numbers, bytes each. */
  sectors: readonly number[];
  /** Unique device id and its length, bytes. */
  uid: { address: number; length: number };
}

interface Awake {
  client: Stm32BootClient;
  uid: string | null;
}

/**
 * One part behind one link. Its boot loader is woken by a reset with BOOT0 high; each time the product id and, where the
 * part shows it, the unique id are read: a part swapped in mid-run is noticed before any command that changes it.
 */
export class Stm32Part {
  /** True while this session knows all of the flash to be erased. */
  erased = false;
  /** True once this session sent the part a command that changes it. */
  touched = false;
  private readonly link: Link;
  private readonly family: Stm32Family;
  private awake: Awake | null = null;
  private transport: Transport | null = null;
  private stopPresence: () => void = () => undefined;
  private uid: string | null = null;

  constructor(link: Link, family: Stm32Family) {
    this.link = link;
    this.family = family;
  }

  /** A new run begins: whatever part is in now is the right one. */
  forget(): void {
    this.drop();
    this.uid = null;
    this.erased = false;
    this.touched = false;
  }

  /** Rejects with `no-answer`, `wrong-chip`, `protected` (the part does not show who it is) and `chip-swapped`. */
  async use(signal: AbortSignal): Promise<Stm32BootClient> {
    const { client, uid } = await this.wake(signal);
    if (uid !== null) return client;
    throw new DriverError(
      'protected',
      'The part is read-protected: it shows neither its id nor its memory.',
      {
        chip: 'untouched',
        context: { target: this.family.target },
      },
    );
  }

  /**
   * The boot loader as it is, protected or not. `uid` null: the part does not show it. One that is awake is not asked
   * again: another part in its place would wait for the sync byte and take no command.
   */
  async wake(signal: AbortSignal): Promise<Awake> {
    // A re-plugged cable is another transport; a part that was out, however shortly, may be another one.
    if (this.awake !== null && this.transport === this.link.transport) return this.awake;
    this.drop();
    const client = await this.connect(signal);
    try {
      await this.checkProduct(client);
      const uid = await this.readUid(client);
      if (uid !== null) this.checkUid(uid);
      this.awake = { client, uid };
      return this.awake;
    } catch (error) {
      client.close();
      throw error;
    }
  }

  /** The next use resets the part. */
  drop(): void {
    this.stopPresence();
    this.awake?.client.close();
    this.awake = null;
  }

  private async connect(signal: AbortSignal): Promise<Stm32BootClient> {
    const { transport, control } = this.link;
    this.transport = transport;
    this.stopPresence = control.onPresence(() => {
      this.transport = null;
    });
    await control.setMode('boot');
    await control.reset();
    if (transport.baudRate !== MAX_BAUD_RATE) await transport.setBaudRate(MAX_BAUD_RATE);
    return Stm32BootClient.connect(transport, signal);
  }

  private async checkProduct(client: Stm32BootClient): Promise<void> {
    const found = await client.id();
    const { productId, target } = this.family;
    if (found === productId) return;
    const context = { expected: target, product: `0x${found.toString(16)}` };
    throw new DriverError('wrong-chip', 'The chip is not what the job is for.', {
      chip: 'untouched',
      context,
    });
  }

  /** Null: the part refuses to be read (readout protection). */
  private async readUid(client: Stm32BootClient): Promise<string | null> {
    const { address, length } = this.family.uid;
    try {
      return Buffer.from(await client.read(address, length)).toString('hex');
    } catch (error) {
      if (error instanceof DriverError && error.code === 'device-error') return null;
      throw error;
    }
  }

  private checkUid(found: string): void {
    this.uid ??= found;
    if (this.uid === found) return;
    throw new DriverError('chip-swapped', 'This is not the part that the run began with.', {
      chip: 'untouched',
      context: { expected: this.uid, found },
    });
  }
}
