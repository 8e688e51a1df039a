import type { Transport } from '../core/link.ts';

/** A transport that is timed, and what its user spent between hearing something and saying the next thing. */
export interface TimedTransport extends Transport {
  /** From now on; what comes before the first write counts. */
  begin(): void;
  /** Seconds up to now. */
  end(): number;
}

/**
 * Counts the time from bytes that have arrived to the next bytes handed to the system: all that a driver adds to its
 * link, and nothing of the link, of the terminal in between or of the simulator behind it.
 */
export function timed(transport: Transport): TimedTransport {
  let sum = 0;
  let since: number | null = null;
  const close = () => {
    if (since !== null) sum += performance.now() - since;
    since = null;
  };
  return {
    path: transport.path,
    get baudRate() {
      return transport.baudRate;
    },
    write: (bytes) => {
      const written = transport.write(bytes);
      close();
      return written;
    },
    onData: (listener) =>
      transport.onData((bytes) => {
        since ??= performance.now();
        listener(bytes);
      }),
    onGone: (listener) => transport.onGone(listener),
    setBaudRate: (rate) => transport.setBaudRate(rate),
    close: () => transport.close(),
    begin: () => {
      sum = 0;
      since = performance.now();
    },
    end: () => {
      close();
      return sum / 1000;
    },
  };
}
