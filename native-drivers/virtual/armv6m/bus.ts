export type AccessBytes = 1 | 2 | 4;

/** What a core or a debugger reaches: memory and peripherals by address. */
export interface Bus {
  /** Little-endian; throws `BusFault` where nothing answers. Addresses are unsigned and aligned to `bytes`. */
  read(address: number, bytes: AccessBytes): number;
  write(address: number, bytes: AccessBytes, value: number): void;
}

export type FaultReason = 'no-such-address' | 'unaligned' | 'undefined-instruction' | 'arm-state';

/** An access or instruction that ends in HardFault, the only fault of this architecture (ARMv6-M ARM, B1.5.6). */
export class BusFault extends Error {
  readonly reason: FaultReason;
  readonly address: number;

  constructor(reason: FaultReason, address: number) {
    super(`${reason} at ${address.toString(16).padStart(8, '0')}`);
    this.name = 'BusFault';
    this.reason = reason;
    this.address = address;
  }
}
