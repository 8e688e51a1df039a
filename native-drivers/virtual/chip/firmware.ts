/**
 * The seam between simulated silicon and the firmware that it runs after a reset with the mode pin high.
 * The chip gives the firmware what a CPU would see; the firmware gives back bytes on the same wire.
 */
export interface ChipHardware {
  /** 16-byte unique id of the silicon. */
  readonly uid: Uint8Array;
  /** What the life-cycle registers show the CPU: DLM `OEM`/`LCK_BOOT`/..., `PL2`.., `AL2`... */
  lifecycle(): { dlm: string; protection: string; authentication: string };
  /** Code flash as the CPU reads it (FF where erased). */
  readCode(address: number, length: number): Uint8Array;
  /** Data flash: write only clears bits, erase sets whole 64-byte blocks to FF. Survives resets; lost by `initialize`. */
  readData(address: number, length: number): Uint8Array;
  writeData(address: number, bytes: Uint8Array): void;
  eraseData(address: number, length: number): void;
  /** Die temperature in degrees Celsius: a PUF drifts with it. */
  temperature(): number;
  /** Fault asked for on the control socket under a name the firmware understands (`agent:<name>`), or null. */
  fault(): string | null;
}

export interface Firmware {
  receive(bytes: Uint8Array): void;
  /** Power is gone or reset pulled: timers stop, RAM is lost. */
  stop(): void;
}

/**
 * `send` puts bytes on the wire (paced by the chip); `reset` is a reset that software asked for. `setBaudRate`: the UART's
 * rate from after the bytes sent so far; 115200 after a reset. A chip without it keeps its firmware at 115200.
 */
export type FirmwareFactory = (
  hardware: ChipHardware,
  wire: { send(bytes: Uint8Array): void; reset(): void; setBaudRate?(baudRate: number): void },
) => Firmware;
