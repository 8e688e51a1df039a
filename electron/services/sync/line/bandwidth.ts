import type { Pace } from '../pace.ts';

/** A cap on the bytes of the line. */
export interface Bandwidth {
  /** Resolves once so many bytes may go. */
  take(bytes: number): Promise<void>;
  /** Bytes that may go at once. */
  piece: number;
}

/** Token bucket: at most a tenth of a second's worth goes at once, so the cap of a shared line holds within a second too. */
export function createBandwidth(bytesPerSecond: number, pace: Pace): Bandwidth {
  const burst = Math.max(64, Math.floor(bytesPerSecond / 10));
  let tokens = burst;
  let at = pace.now();
  return {
    piece: burst,
    async take(bytes) {
      const now = pace.now();
      tokens = Math.min(burst, tokens + ((now - at) / 1000) * bytesPerSecond);
      at = now;
      tokens -= bytes;
      if (tokens < 0) await pace.sleep((-tokens / bytesPerSecond) * 1000);
    },
  };
}
