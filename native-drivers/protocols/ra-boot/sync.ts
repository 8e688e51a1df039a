import { afterSilence } from '#drivers/core/after-silence.ts';
import { DriverError } from '#drivers/core/errors.ts';
import { lineEchoes } from '#drivers/core/line-echo.ts';
import type { Transport } from '#drivers/core/link.ts';
import { BOOT_CODES, CONFIRM, SYNC_ANSWER, SYNC_BURST } from './constants.ts';
import { throwIfAborted } from './frame-link.ts';

/** A chip out of reset needs some milliseconds; zeros that it missed are sent again. */
const BURST_TIMEOUT_MS = 100;
const BURSTS = 12;
const CONFIRM_TIMEOUT_MS = 300;

/**
 * The hand-shake after reset: zeros until 00, then 55 until the boot code (R01AN5562, section 4.6). Extra 00 after the
 * first (a burst sent twice) are not taken for the boot code.
 * @returns the boot code. Throws `no-answer` when the chip stays silent, `line-echoes` where the 55 comes back.
 */
export async function synchronise(
  transport: Transport,
  signal: AbortSignal,
  bootCodes = BOOT_CODES,
): Promise<number> {
  const bytes = new ByteWaiter(transport, signal);
  try {
    for (let burst = 0; burst < BURSTS; burst += 1) {
      throwIfAborted(signal);
      await transport.write(SYNC_BURST);
      if ((await bytes.wait([SYNC_ANSWER], BURST_TIMEOUT_MS)) === null) continue;
      await transport.write(Uint8Array.of(CONFIRM));
      const code = await bytes.wait(bootCodes, CONFIRM_TIMEOUT_MS);
      if (code !== null && bytes.before === CONFIRM) throw lineEchoes(transport.path);
      if (code !== null) return code;
    }
  } finally {
    bytes.close();
  }
  throw new DriverError('no-answer', 'The boot ROM does not answer.', {
    context: { path: transport.path, bursts: BURSTS, otherBytes: bytes.others },
  });
}

/** Waits for one of some bytes as they arrive; counts the rest. */
class ByteWaiter {
  others = 0;
  /** The byte right before the one that was waited for, if any came. */
  before: number | null = null;
  private wanted: readonly number[] = [];
  private settle: ((value: number | null, error?: unknown) => void) | null = null;
  private readonly removers: (() => void)[];

  constructor(transport: Transport, signal: AbortSignal) {
    const abort = () => this.settle?.(null);
    signal.addEventListener('abort', abort);
    this.removers = [
      transport.onData((bytes) => this.take(bytes)),
      transport.onGone((error) => this.settle?.(null, error)),
      () => signal.removeEventListener('abort', abort),
    ];
  }

  wait(wanted: readonly number[], timeoutMs: number): Promise<number | null> {
    return new Promise((resolve, reject) => {
      this.wanted = wanted;
      this.before = null;
      const cancel = afterSilence(timeoutMs, () => this.settle?.(null));
      this.settle = (value, error) => {
        cancel();
        this.settle = null;
        if (error instanceof Error) reject(error);
        else resolve(value);
      };
    });
  }

  close(): void {
    for (const remove of this.removers) remove();
  }

  private take(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (this.settle !== null && this.wanted.includes(byte)) this.settle(byte);
      else {
        this.others += 1;
        if (this.settle !== null) this.before = byte;
      }
    }
  }
}
