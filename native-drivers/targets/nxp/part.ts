import { DriverError } from '#drivers/core/errors.ts';
import type { Link, Transport } from '#drivers/core/link.ts';
import { NxpBootClient } from '#drivers/protocols/nxp-boot/client.ts';
import { PROPERTY } from '#drivers/protocols/nxp-boot/constants.ts';
import { chipUidOf, lifecycleOf } from '#drivers/roots-of-trust/nxp-puf/identity.ts';
import type { NxpFamily } from './families.ts';

/**
 * Rates that are tried, the highest first: the ROM finds the rate on the ping, and no document that was read says up to
 * which. `blhost` takes 57600 unless told otherwise (MCUBLHOSTUG, 4.1.4).
 */
export const BAUD_RATES: readonly number[] = [921_600, 460_800, 230_400, 115_200, 57_600];

/**
 * One part behind one link. Its boot loader is woken by a reset with the ISP pin low; each time die and unique id are
 * read: a part swapped in mid-run is noticed before any command that changes it.
 */
export class NxpPart {
  /** True while this session knows all of the program flash to be erased. */
  erased = false;
  /** True once this session sent the part a command that changes it. */
  touched = false;
  private readonly link: Link;
  private readonly family: NxpFamily;
  private client: NxpBootClient | null = null;
  private transport: Transport | null = null;
  private stopPresence: () => void = () => undefined;
  private uid: string | null = null;
  private rates = BAUD_RATES;

  constructor(link: Link, family: NxpFamily) {
    this.link = link;
    this.family = family;
  }

  /**
   * A new run begins: whatever part is in now is the right one. One that is awake and says who it is is not reset: keys
   * need the power cycle of their enrolment, and a person at a bench may be in the midst of one.
   */
  async begin(): Promise<void> {
    const awake = this.transport === this.link.transport ? this.client : null;
    const uid = awake === null ? null : await chipUidOf(awake).catch(() => null);
    if (uid === null) {
      this.forget();
      return;
    }
    this.uid = uid;
    this.erased = false;
    this.touched = false;
  }

  private forget(): void {
    this.drop();
    this.uid = null;
    this.erased = false;
    this.touched = false;
    this.rates = BAUD_RATES;
  }

  /** Unique id of the part that this run began with; '' before it. */
  get chipUid(): string {
    return this.uid ?? '';
  }

  /** Rejects with `no-answer`, `wrong-chip`, `chip-swapped`, and `protected` for a part that shows no memory. */
  async use(signal: AbortSignal): Promise<NxpBootClient> {
    const client = await this.wake(signal);
    if ((await lifecycleOf(client)).dlm === 'OPEN') return client;
    throw new DriverError(
      'protected',
      'The part is locked: its boot loader shows no memory and takes none.',
      {
        chip: 'untouched',
        context: { target: this.family.target },
      },
    );
  }

  /** The boot loader as it is, locked or not. No reset where it is awake: keys need the power cycle of their enrolment. */
  async wake(signal: AbortSignal): Promise<NxpBootClient> {
    // A re-plugged cable is another transport; a part that was out, however shortly, may be another one.
    if (this.client !== null && this.transport === this.link.transport) return this.client;
    this.drop();
    const client = await this.connect(signal);
    try {
      await this.checkProduct(client);
      this.checkUid(await chipUidOf(client));
      this.client = client;
      return client;
    } catch (error) {
      client.close();
      throw error;
    }
  }

  /** The next use resets the part. */
  drop(): void {
    this.stopPresence();
    this.client?.close();
    this.client = null;
  }

  private async connect(signal: AbortSignal): Promise<NxpBootClient> {
    const { transport, control } = this.link;
    this.transport = transport;
    this.stopPresence = control.onPresence(() => {
      this.transport = null;
    });
    await control.setMode('boot');
    for (const [index, rate] of this.rates.entries()) {
      if (transport.baudRate !== rate) await transport.setBaudRate(rate);
      await control.reset();
      const client = await NxpBootClient.connect(transport, signal);
      if (client === null) continue;
      this.rates = this.rates.slice(index);
      return client;
    }
    throw new DriverError('no-answer', 'The boot loader answers the ping at no baud rate.', {
      context: { rates: this.rates.join(' ') },
    });
  }

  private async checkProduct(client: NxpBootClient): Promise<void> {
    const { dieId, flashBytes, target } = this.family;
    const words = await client.property(PROPERTY.systemDeviceId).catch(unlessRefused);
    const [size] = await client.property(PROPERTY.flashSize).catch(unlessRefused);
    if ((words[1] ?? 0) >>> 4 === dieId && size === flashBytes) return;
    const found = words.map((word) => `0x${word.toString(16).padStart(8, '0')}`).join(' ');
    throw new DriverError('wrong-chip', 'The chip is not what the job is for.', {
      chip: 'untouched',
      context: { expected: target, systemDeviceId: found, flashBytes: size ?? -1 },
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

/** Other parts of the series do not have the system device id (an LPC5512 refuses it). */
function unlessRefused(error: unknown): number[] {
  if (error instanceof DriverError && error.code === 'device-error') return [];
  throw error;
}
