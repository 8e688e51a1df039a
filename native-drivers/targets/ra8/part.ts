import { DriverError } from '#drivers/core/errors.ts';
import type { Link, Transport } from '#drivers/core/link.ts';
import { RaBootClient, isSilence } from '#drivers/protocols/ra-boot/client.ts';
import type { BootArea, Signature } from '#drivers/protocols/ra-boot/identity.ts';
import { throwIfAborted } from '#drivers/protocols/ra-boot/frame-link.ts';
import { startAgent } from './agent.ts';
import type { Agent } from './agent.ts';

/** What a slower or faster adapter may take, below the chip's own maximum (RMB of its signature). */
const COMMON_RATES = [1_000_000, 921_600, 460_800, 230_400, 115_200];

/** An open conversation with the boot ROM. */
export interface Rom {
  client: RaBootClient;
  signature: Signature;
}

/**
 * One part behind one link: which of its two voices speaks now, boot ROM or firmware, and whose part it is. Every
 * time a voice is woken the unique id is read and compared: a part swapped in mid-run is noticed before any command.
 */
export class Ra8Part {
  /** True while this session knows flash to be erased: it initialized the part and wrote nothing since. */
  erased = false;
  /** True once this session sent the part a command that changes it. */
  touched = false;
  /** True once LCK_BOOT was asked for: a silent boot ROM is the likely case from then on. */
  expectsLock = false;
  private readonly link: Link;
  private rom: Rom | null = null;
  private agent: Agent | null = null;
  /** The transport that the awake voice speaks over: a re-plugged cable is another one. */
  private voice: Transport | null = null;
  private stopPresence: () => void = () => undefined;
  private knownAreas: { chipUid: string; areas: BootArea[] } | null = null;
  private uid: string | null = null;
  private readonly refusedRates = new Set<number>();
  /** Rates that an open port has taken once: asking again at each reset would cost two changes of rate. */
  private readonly takenRates = new WeakMap<Transport, Set<number>>();

  constructor(link: Link) {
    this.link = link;
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
  async useRom(signal: AbortSignal): Promise<Rom> {
    if (this.rom !== null && this.voice === this.link.transport) return this.rom;
    this.renew(signal);
    await this.link.control.setMode('boot');
    await this.link.control.reset();
    const client = await RaBootClient.connect(this.link.transport, { signal });
    try {
      const signature = await client.signature();
      this.check(signature.chipUid);
      this.rom = { client, signature };
      return this.rom;
    } catch (error) {
      client.close();
      throw error;
    }
  }

  /** The boot ROM at the highest rate that chip and adapter share. */
  async useFastRom(signal: AbortSignal): Promise<Rom> {
    for (;;) {
      const rom = await this.useRom(signal);
      const rate = await this.nextRate(rom);
      if (rate === null) return rom;
      try {
        await rom.client.setBaudRate(rate);
        return rom;
      } catch (error) {
        if (!(error instanceof DriverError) || error.code === 'port-gone') throw error;
        // The two ends may disagree on the rate now: only a reset is sure.
        this.refusedRates.add(rate);
        if (isSilence(error)) this.drop();
      }
    }
  }

  /** Lets the firmware run and waits until its agent answers. */
  async useAgent(signal: AbortSignal): Promise<Agent> {
    if (this.agent !== null && this.voice === this.link.transport) return this.agent;
    this.renew(signal);
    const agent = await startAgent(this.link, signal);
    try {
      this.check(agent.info.chipUid);
    } catch (error) {
      agent.close();
      throw error;
    }
    this.agent = agent;
    return agent;
  }

  async areas(rom: Rom): Promise<BootArea[]> {
    const chipUid = rom.signature.chipUid;
    if (this.knownAreas?.chipUid !== chipUid) {
      this.knownAreas = { chipUid, areas: await rom.client.areas(rom.signature.areaCount) };
    }
    return this.knownAreas.areas;
  }

  /** Forgets both voices: the next use resets the part. After a reset, and after any failure. */
  drop(): void {
    this.stopPresence();
    this.rom?.client.close();
    this.agent?.close();
    this.rom = null;
    this.agent = null;
  }

  private renew(signal: AbortSignal): void {
    this.drop();
    throwIfAborted(signal);
    this.voice = this.link.transport;
    // A part that was out, however shortly, may be another one: the next use wakes it and reads its id.
    this.stopPresence = this.link.control.onPresence(() => {
      this.voice = null;
    });
  }

  private async nextRate({ client, signature }: Rom): Promise<number | null> {
    const max = signature.maxBaudRate;
    const current = client.baudRate;
    for (const rate of new Set([max, ...COMMON_RATES])) {
      if (rate > max || this.refusedRates.has(rate)) continue;
      if (rate <= current) return null;
      if (await this.adapterTakes(rate, current)) return rate;
      this.refusedRates.add(rate);
    }
    return null;
  }

  private async adapterTakes(rate: number, current: number): Promise<boolean> {
    const { transport } = this.link;
    const taken = this.takenRates.get(transport) ?? new Set();
    if (taken.has(rate)) return true;
    try {
      await transport.setBaudRate(rate);
    } catch (error) {
      if (error instanceof DriverError && error.code === 'unsupported') return false;
      throw error;
    }
    await transport.setBaudRate(current);
    this.takenRates.set(transport, taken.add(rate));
    return true;
  }

  private check(found: string): void {
    this.uid ??= found;
    if (this.uid === found) return;
    const context = { expected: this.uid, found };
    throw new DriverError('chip-swapped', 'This is not the part that the run began with.', {
      chip: 'untouched',
      context,
    });
  }
}
