import { DriverError } from '#drivers/core/errors.ts';
import type { Transport } from '#drivers/core/link.ts';

/**
 * What adapters take below the chip's own maximum. Over 1 Mbit/s those that vjardin/radfu has for RA: 1.5 for a 24 MHz SCI (RA4,
 * whose signature recommends 6.0), 2 and 3 for one of 60 MHz (RA6).
 */
const COMMON_RATES = [3_000_000, 2_000_000, 1_500_000, 1_000_000, 921_600, 460_800, 230_400, 115_200];

/** Finds the highest rate that chip and adapter share. Remembers what either refused. */
export class Rates {
  private readonly refused = new Set<number>();
  /** Rates that an open port has taken once: asking again at each reset would cost two changes of rate. */
  private readonly taken = new WeakMap<Transport, Set<number>>();

  /** How many rates chip or adapter refused so far. */
  get refusals(): number {
    return this.refused.size;
  }

  refuse(rate: number): void {
    this.refused.add(rate);
  }

  /** The next rate to try, or null where the present one is the best. */
  async next(transport: Transport, current: number, max: number): Promise<number | null> {
    for (const rate of new Set([max, ...COMMON_RATES])) {
      if (rate > max || this.refused.has(rate)) continue;
      if (rate <= current) return null;
      if (await this.adapterTakes(transport, rate, current)) return rate;
      this.refused.add(rate);
    }
    return null;
  }

  private async adapterTakes(transport: Transport, rate: number, current: number): Promise<boolean> {
    const taken = this.taken.get(transport) ?? new Set();
    if (taken.has(rate)) return true;
    try {
      await transport.setBaudRate(rate);
    } catch (error) {
      if (error instanceof DriverError && error.code === 'unsupported') return false;
      throw error;
    }
    await transport.setBaudRate(current);
    this.taken.set(transport, taken.add(rate));
    return true;
  }
}
