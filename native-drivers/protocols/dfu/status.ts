import { formError } from './errors.ts';

/** Answer to GETSTATUS (DFU 1.1, section 6.1.2). */
export interface DfuStatus {
  status: number;
  state: number;
  /** Milliseconds that must pass before GETSTATUS is sent again (bwPollTimeout). */
  pollMs: number;
}

const BYTES = 6;

/** Throws `bad-frame` for an answer of another length. */
export function parseStatus(bytes: Uint8Array): DfuStatus {
  const [status = 0, low = 0, middle = 0, high = 0, state = 0] = bytes;
  if (bytes.length !== BYTES) throw formError('DFU status', `has ${bytes.length} bytes`);
  return { status, state, pollMs: low | (middle << 8) | (high << 16) };
}

/** The other way round, for simulated devices; iString is 0. */
export function statusBytes({ status, state, pollMs }: DfuStatus): Uint8Array {
  return Uint8Array.of(status, pollMs & 0xff, (pollMs >> 8) & 0xff, (pollMs >> 16) & 0xff, state, 0);
}
