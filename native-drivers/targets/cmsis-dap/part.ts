import { DriverError } from '#drivers/core/errors.ts';
import type { UsbLink, UsbPort } from '#drivers/core/link.ts';
import { CortexM } from '#drivers/protocols/cmsis-dap/cortex-m.ts';
import { DebugAccess } from '#drivers/protocols/cmsis-dap/debug-access.ts';
import { PacketPort } from '#drivers/protocols/cmsis-dap/packet-port.ts';
import { FLASH, ID, type Stm32f0Device } from './device.ts';
import { FlashHost } from './flash-host.ts';

/** Readout protection level, as FLASH_OBR says it: 00, 01 and 11 (RM0091, section 3.5.7). */
export type Level = 0 | 1 | 2;

/** What a part says of itself whenever it is woken. */
export interface PartFacts {
  uid: string;
  level: Level;
  flashBytes: number;
}

/** A part that is halted and whose identity was checked. */
export interface Awake extends PartFacts {
  access: DebugAccess;
  core: CortexM;
}

/** One part behind a probe. Woken by a reset under which its core is halted; who it is is read before each operation. */
export class Stm32f0Part {
  /** True once this session sent the part a command that changes it. */
  touched = false;
  private readonly link: UsbLink;
  private readonly device: Stm32f0Device;
  private usb: UsbPort | null = null;
  private port: PacketPort | null = null;
  private awake: Awake | null = null;
  private host: FlashHost | null = null;
  private uid: string | null = null;
  private stopPresence: () => void = () => undefined;

  constructor(link: UsbLink, device: Stm32f0Device) {
    this.link = link;
    this.device = device;
  }

  /** A new run begins: whatever part is in now is the right one. */
  forget(): void {
    this.drop();
    this.uid = null;
    this.touched = false;
  }

  /** An open part. Rejects with `protected` for one that is not, and with what `wake` rejects with. */
  async use(signal: AbortSignal): Promise<Awake & { flash: FlashHost }> {
    const awake = await this.wake(signal);
    if (awake.level !== 0)
      throw new DriverError('protected', 'The part is read-protected.', {
        chip: 'untouched',
        context: { target: this.device.target, level: awake.level },
      });
    this.host ??= await FlashHost.start(awake.access, awake.core, this.device);
    return { ...awake, flash: this.host };
  }

  /** The part as it is. Rejects with `no-answer`, `wrong-chip` and `chip-swapped`. */
  async wake(signal: AbortSignal): Promise<Awake> {
    if (signal.aborted)
      throw new DriverError('cancelled', 'The operation was cancelled.', { cause: signal.reason });
    const { awake } = this;
    if (awake !== null && this.usb === this.link.usb && (await this.isStill(awake))) return awake;
    this.drop();
    this.awake = await this.connect();
    return this.awake;
  }

  /** The next use resets the part. */
  drop(): void {
    this.stopPresence();
    this.awake = this.host = null;
  }

  /** The flash program was started since the last reset: the registers are unlocked. */
  get flashRuns(): boolean {
    return this.host !== null;
  }

  /** Its RAM may be another's now: the next use starts from a reset. */
  releaseFlash(): void {
    if (this.host !== null) this.drop();
  }

  /** Leaves the line; the part stays as it is. */
  async close(): Promise<void> {
    const { awake, port } = this;
    this.drop();
    this.port = null;
    // Whatever is gone cannot be taken leave of.
    await awake?.access.disconnect().catch(() => undefined);
    await port?.close();
  }

  private async connect(): Promise<Awake> {
    const access = new DebugAccess(await this.probe(), this.device.swdHz);
    this.stopPresence = this.link.control.onPresence(() => (this.awake = null));
    const core = new CortexM(access);
    await core.haltUnderReset(() => access.connect());
    return { access, core, ...(await this.facts(access)) };
  }

  /** After a pulled cable the port is another object; after a lost answer the old one is brought back into step. */
  private async probe(): Promise<PacketPort> {
    const { usb } = this.link;
    if (this.port !== null && this.usb === usb) {
      await this.port.synchronise();
      return this.port;
    }
    this.port = null;
    this.port = await PacketPort.open(usb);
    this.usb = usb;
    return this.port;
  }

  private async facts(access: DebugAccess): Promise<PartFacts> {
    const [idcode = 0, kib = 0, obr = 0] = await access.memory([
      { read: ID.idcode },
      { read: ID.flashKib },
      { read: FLASH.obr },
    ]);
    this.checkDevice(idcode & 0xfff);
    const uid = await uidOf(access);
    this.checkUid(uid);
    const level = ([0, 1, 1, 2] as const)[(obr >> 1) & 3] ?? 1;
    return { uid, level, flashBytes: Math.min((kib & 0xffff) * 1024, this.device.flashBytes) };
  }

  /** A part that was swapped unseen is silent, or another: both end here. */
  private async isStill(awake: Awake): Promise<boolean> {
    try {
      return (await uidOf(awake.access)) === awake.uid;
    } catch (error) {
      if (error instanceof DriverError && error.code !== 'port-gone') return false;
      throw error;
    }
  }

  private checkDevice(found: number): void {
    const { deviceId, target } = this.device;
    if (found === deviceId) return;
    const context = { expected: target, product: `0x${found.toString(16)}` };
    throw new DriverError('wrong-chip', 'The chip is not what the job is for.', {
      ...{ chip: 'untouched', context },
    });
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

const uidOf = async (access: DebugAccess): Promise<string> =>
  Buffer.from(await access.readBytes(ID.uid, ID.uidBytes)).toString('hex');
