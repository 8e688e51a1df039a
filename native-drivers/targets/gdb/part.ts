import { DriverError } from '#drivers/core/errors.ts';
import type { Link, Transport } from '#drivers/core/link.ts';
import type { MemoryArea } from '#drivers/core/operations.ts';
import { GdbRemoteClient } from '#drivers/protocols/gdb-remote/client.ts';
import type { GdbDevice } from './device.ts';
import type { GdbServer } from './server.ts';
import { serverOf } from './servers.ts';

export interface AwakePart {
  client: GdbRemoteClient;
  server: GdbServer;
  /** Empty where the device has none. */
  uid: string;
  level: 'RDP0' | 'RDP1' | 'RDP2' | null;
}

/** Words of flash that one write packet of a server is made of. */
const WRITE_UNIT = 4;

/**
 * One part behind one debug server. It is attached anew after each failure, and each time product and unique id are
 * read: a part swapped in mid-run is noticed before anything changes it.
 */
export class GdbPart {
  readonly device: GdbDevice;
  /** True once this session sent the part a command that changes it. */
  touched = false;
  /** True while this session knows all of the flash to be erased. */
  erased = false;
  private readonly link: Link;
  private awake: AwakePart | null = null;
  private transport: Transport | null = null;
  private stopPresence: () => void = () => undefined;
  private uid: string | null = null;

  constructor(link: Link, device: GdbDevice) {
    this.link = link;
    this.device = device;
  }

  /** A new run begins: whatever part is in now is the right one. */
  forget(): void {
    this.drop();
    this.uid = null;
    this.touched = false;
    this.erased = false;
  }

  /** Rejects with `no-answer`, `wrong-chip`, `chip-swapped` and, for a part that hides its flash, `protected`. */
  async use(signal: AbortSignal): Promise<AwakePart> {
    const awake = await this.wake(signal);
    if (awake.level === null || awake.level === 'RDP0') return awake;
    throw new DriverError('protected', 'The part is read-protected: a debugger cannot see its flash.', {
      chip: 'untouched',
      // Who it is tells a station that made it what became of it.
      context: { target: this.device.target, level: awake.level, chipUid: awake.uid },
    });
  }

  /** The part as it is, protected or not. */
  async wake(signal: AbortSignal): Promise<AwakePart> {
    // A re-plugged cable is another transport; a part that was out, however shortly, may be another one.
    const { awake } = this;
    if (awake !== null && this.transport === this.link.transport && (await this.isStill(awake))) return awake;
    this.drop();
    const { transport, control } = this.link;
    this.transport = transport;
    this.stopPresence = control.onPresence(() => {
      this.transport = null;
    });
    const client = await GdbRemoteClient.connect(transport, signal);
    try {
      this.awake = await this.attach(client);
      return this.awake;
    } catch (error) {
      client.close();
      throw error;
    }
  }

  /** Flash as the server's memory map has it, or as the device is known where there is no map. */
  async areas({ client }: AwakePart): Promise<MemoryArea[]> {
    const regions = (await client.memoryMap()).filter(({ type }) => type === 'flash');
    if (regions.length === 0) return this.device.areas.map((area) => ({ ...area }));
    return regions.map(({ start, length, blockSize }) => ({
      kind: 'code',
      ...{ start, end: start + length - 1, eraseUnit: blockSize ?? length, writeUnit: WRITE_UNIT },
    }));
  }

  /** The next use attaches anew. */
  drop(): void {
    this.stopPresence();
    this.stopPresence = () => undefined;
    this.awake?.client.close();
    this.awake = null;
  }

  /** Lets the part run on, if it is there. An emulator that is let go with an empty flash ends. */
  async release(): Promise<void> {
    const awake = this.device.emulated ? null : this.awake;
    // Tear-down: a part that is gone needs no letting go.
    await awake?.server.release(awake.client).catch(() => undefined);
    this.drop();
  }

  private async attach(client: GdbRemoteClient): Promise<AwakePart> {
    const server = await serverOf(client, this.device);
    await server.attach(client);
    await this.checkProduct(client);
    const { protection, uid: place } = this.device;
    const level = protection === null ? null : protection.level(await client.read32(protection.address));
    const uid = place === null ? '' : await this.readUid(client, place);
    this.checkUid(uid);
    return { client, server, uid, level };
  }

  /** Asked each time: most fixtures of a debug server cannot tell that a part was out. */
  private async isStill({ client, uid }: AwakePart): Promise<boolean> {
    const { uid: place } = this.device;
    return place === null || uid === '' || (await this.readUid(client, place)) === uid;
  }

  private async checkProduct(client: GdbRemoteClient): Promise<void> {
    const { address, mask, value, name } = this.device.identity;
    const found = ((await client.read32(address)) & mask) >>> 0;
    if (found === value) return;
    throw new DriverError('wrong-chip', 'The chip is not what the job is for.', {
      chip: 'untouched',
      context: { expected: this.device.target, register: name, found: `0x${found.toString(16)}` },
    });
  }

  /** A protected part need not show it: then it is unknown, and only erasing all of it is left. */
  private async readUid(
    client: GdbRemoteClient,
    { address, length }: { address: number; length: number },
  ): Promise<string> {
    try {
      return Buffer.from(await client.read(address, length)).toString('hex');
    } catch (error) {
      if (error instanceof DriverError && error.code === 'device-error') return '';
      throw error;
    }
  }

  private checkUid(found: string): void {
    if (found === '') return;
    this.uid ??= found;
    if (this.uid === found) return;
    throw new DriverError('chip-swapped', 'This is not the part that the run began with.', {
      chip: 'untouched',
      context: { expected: this.uid, found },
    });
  }
}
