import { DriverError } from '#drivers/core/errors.ts';
import type { Link, Transport } from '#drivers/core/link.ts';
import { isSilence } from '#drivers/protocols/ra-boot/client.ts';
import { throwIfAborted } from '#drivers/protocols/ra-boot/frame-link.ts';
import { Rates } from './rates.ts';

/** An open conversation with a boot ROM: what is the same for RA and RX. */
export interface Voice {
  client: { readonly baudRate: number; setBaudRate(rate: number): Promise<void>; close(): void };
  chipUid: string;
  maxBaudRate: number;
}

/** Reaches command mode after a reset into the boot ROM and reads who the part is. Closes what it opened on a failure. */
export type Wake<R extends Voice> = (transport: Transport, signal: AbortSignal, rates: Rates) => Promise<R>;

/**
 * One part behind one link whose boot ROM is woken by mode pin and reset. Every time the unique id is read and compared: a
 * part swapped in mid-run is noticed before any command.
 */
export class RomPart<R extends Voice> {
  /** True while this session knows flash to be erased: it initialized the part and wrote nothing since. */
  erased = false;
  /** True once this session sent the part a command that changes it. */
  touched = false;
  /** True once a state was asked for in which the boot ROM is silent: the likely case from then on. */
  expectsLock = false;
  protected readonly link: Link;
  /** The transport that the awake voice speaks over: a re-plugged cable is another one. */
  protected voice: Transport | null = null;
  private readonly wake: Wake<R>;
  protected readonly rates = new Rates();
  private rom: R | null = null;
  private stopPresence: () => void = () => undefined;
  private uid: string | null = null;

  constructor(link: Link, wake: Wake<R>) {
    this.link = link;
    this.wake = wake;
  }

  /** Of the part that this run began with; null before it was read. */
  get knownUid(): string | null {
    return this.uid;
  }

  /** A new run begins: whatever part is in now is the right one. */
  forget(): void {
    this.drop();
    this.uid = null;
    this.erased = false;
    this.touched = false;
    this.expectsLock = false;
  }

  /** Wakes the boot ROM unless it is awake. Rejects with `no-answer` where it is silent (no part, or LCK_BOOT). */
  async useRom(signal: AbortSignal): Promise<R> {
    if (this.rom !== null && this.voice === this.link.transport) return this.rom;
    this.renew(signal);
    await this.link.control.setMode('boot');
    await this.link.control.reset();
    const rom = await this.wake(this.link.transport, signal, this.rates);
    try {
      this.check(rom.chipUid);
    } catch (error) {
      rom.client.close();
      throw error;
    }
    this.rom = rom;
    return rom;
  }

  /** The boot ROM at the highest rate that chip and adapter share. */
  async useFastRom(signal: AbortSignal): Promise<R> {
    for (;;) {
      const rom = await this.useRom(signal);
      const rate = await this.rates.next(this.link.transport, rom.client.baudRate, rom.maxBaudRate);
      if (rate === null) return rom;
      try {
        await rom.client.setBaudRate(rate);
        return rom;
      } catch (error) {
        if (!(error instanceof DriverError) || error.code === 'port-gone') throw error;
        // The two ends may disagree on the rate now: only a reset is sure.
        this.rates.refuse(rate);
        if (isSilence(error)) this.drop();
      }
    }
  }

  /** The next use resets the part. After a reset, and after any failure. */
  drop(): void {
    this.stopPresence();
    this.rom?.client.close();
    this.rom = null;
  }

  protected renew(signal: AbortSignal): void {
    this.drop();
    throwIfAborted(signal);
    this.voice = this.link.transport;
    // A part that was out, however shortly, may be another one: the next use wakes it and reads its id.
    this.stopPresence = this.link.control.onPresence(() => {
      this.voice = null;
    });
  }

  protected check(found: string): void {
    this.uid ??= found;
    if (this.uid === found) return;
    throw new DriverError('chip-swapped', 'This is not the part that the run began with.', {
      chip: 'untouched',
      context: { expected: this.uid, found },
    });
  }
}
