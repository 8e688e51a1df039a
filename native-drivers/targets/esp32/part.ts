import { DriverError } from '#drivers/core/errors.ts';
import type { Link, Transport } from '#drivers/core/link.ts';
import { EspRomClient } from '#drivers/protocols/esp-rom/client.ts';
import { RESET_BAUD_RATE } from '#drivers/protocols/esp-rom/constants.ts';
import type { EspChip } from './chips.ts';
import { attachFlash } from './flash.ts';
import { identifyChip, type EspIdentity } from './identity.ts';

/** Highest first. 921,600 Bd is what tools commonly ask of this ROM; a pair of chip and adapter that fails steps down. */
const RATES = [921_600, 460_800, 230_400, RESET_BAUD_RATE] as const;
export const MAX_BAUD_RATE = RATES[0];

export interface Awake extends EspIdentity {
  client: EspRomClient;
  /** Of the flash beside the chip; 0 where secure download mode does not tell. */
  flashBytes: number;
}

/**
 * One chip behind one link. Its ROM loader is woken by a reset with the boot pin low; each time chip, address and
 * unique id are read: a part swapped in mid-run is noticed before any command that changes it.
 */
export class EspPart {
  /** True once this session sent the part a command that changes it. */
  touched = false;
  readonly chip: EspChip;
  private readonly link: Link;
  private awake: Awake | null = null;
  private transport: Transport | null = null;
  private stopPresence: () => void = () => undefined;
  private known: string | null = null;
  private rate = 0;

  constructor(link: Link, chip: EspChip) {
    this.link = link;
    this.chip = chip;
  }

  /** A new run begins: whatever part is in now is the right one. */
  forget(): void {
    this.drop();
    this.known = null;
    this.touched = false;
    this.rate = 0;
  }

  /** Rejects with `no-answer`, `wrong-chip`, `chip-swapped`, and `protected` where the ROM shows no registers. */
  async use(signal: AbortSignal): Promise<Awake> {
    const awake = await this.wake(signal);
    if (!awake.security.secureDownload) return awake;
    throw new DriverError('protected', 'The part is in secure download mode: it does not show who it is.', {
      chip: 'untouched',
      context: { target: this.chip.target },
    });
  }

  /** The ROM loader as it is. */
  async wake(signal: AbortSignal): Promise<Awake> {
    // A re-plugged cable is another transport; a part that was out, however shortly, may be another one.
    if (this.awake !== null && this.transport === this.link.transport) return this.awake;
    for (;;) {
      try {
        this.awake = await this.reset(signal);
        return this.awake;
      } catch (error) {
        if (!(error instanceof RateFailed)) throw error;
        this.rate += 1;
      }
    }
  }

  /** The next use resets the part. */
  drop(): void {
    this.stopPresence();
    this.awake?.client.close();
    this.awake = null;
  }

  private async reset(signal: AbortSignal): Promise<Awake> {
    this.drop();
    const { transport, control } = this.link;
    this.transport = transport;
    this.stopPresence = control.onPresence(() => {
      this.transport = null;
    });
    await control.setMode('boot');
    await control.reset();
    if (transport.baudRate !== RESET_BAUD_RATE) await transport.setBaudRate(RESET_BAUD_RATE);
    const client = await EspRomClient.connect(transport, signal);
    try {
      return await this.meet(client, signal);
    } catch (error) {
      client.close();
      throw error;
    }
  }

  private async meet(client: EspRomClient, signal: AbortSignal): Promise<Awake> {
    const identity = await identifyChip(client, this.chip);
    if (identity.security.secureDownload) return { ...identity, client, flashBytes: 0 };
    this.checkSame(identity);
    await this.speedUp(client, signal);
    return { ...identity, client, flashBytes: await attachFlash(client, this.chip) };
  }

  private async speedUp(client: EspRomClient, signal: AbortSignal): Promise<void> {
    const rate = RATES[this.rate] ?? RESET_BAUD_RATE;
    if (rate === RESET_BAUD_RATE) return;
    const asked = await this.rateForRom(client, rate);
    try {
      await client.changeBaudRate(rate, signal, asked);
    } catch (error) {
      const mayStepDown = error instanceof DriverError && STEP_DOWN.has(error.code) && !signal.aborted;
      throw mayStepDown ? new RateFailed(error) : error;
    }
  }

  /**
   * The ESP32's ROM divides by what it takes its crystal for, which it measured against an oscillator that drifts:
   * it is asked for a rate that comes out right (esptool, esp32.py, `change_baud`).
   */
  private async rateForRom(client: EspRomClient, rate: number): Promise<number> {
    const { calibration, efuse } = this.chip;
    if (calibration === null) return rate;
    const periods = (await client.readRegister(calibration)) >>> 7;
    const oscillator = (await client.readRegister(efuse.base + 0x10)) & 0xff;
    const taken = (periods * 15_625 * oscillator) / 40;
    const crystal = taken > 33e6 ? 40e6 : 26e6;
    const factor = taken / crystal;
    return factor > 0.9 && factor < 1.1 ? Math.floor(rate * factor) : rate;
  }

  private checkSame({ uid, extra }: EspIdentity): void {
    const found = `${uid}/${extra}`;
    this.known ??= found;
    if (this.known === found) return;
    throw new DriverError('chip-swapped', 'This is not the part that the run began with.', {
      chip: 'untouched',
      context: { expected: this.known.split('/')[0] ?? '', found: uid },
    });
  }
}

/** What says that chip or adapter does not keep up, rather than that the link is gone. */
const STEP_DOWN = new Set(['no-answer', 'unsupported', 'device-error']);

class RateFailed extends Error {
  constructor(cause: unknown) {
    super('The rate does not hold.', { cause });
  }
}
