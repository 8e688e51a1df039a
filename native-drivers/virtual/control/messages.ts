/**
 * What a site's control socket says. One command per line goes in, one JSON line comes back in the same order; after
 * `watch`, event lines come in between. Specified for people in docs/virtual-bench.md.
 */
export interface BenchStatus {
  site: string;
  target: string;
  /** Current pseudo-terminal; null while the cable is pulled. */
  port: string | null;
  /** Symbolic link that follows the port over every re-plug. */
  link: string;
  part: boolean;
  /** 32 hex digits; null while the socket is empty. */
  uid: string | null;
  powered: boolean;
  mode: 'low' | 'high';
  /** What the part runs now. `silent`: the ROM of a part in LCK_BOOT, or a reset that nothing answers. */
  running: 'off' | 'boot-rom' | 'firmware' | 'silent';
  dlm: string | null;
  protection: string | null;
  authentication: string | null;
  baudRate: number;
  speed: 'wire' | 'max';
  temperature: number;
  faults: string[];
  /** Bytes that were no part of any frame, since the part was inserted. */
  discardedBytes: number;
  clock: BenchClock;
}

/**
 * Ideal times since the last `clock reset`, in seconds: what wire, flash and the part itself take. Counted with `--speed max` too.
 * The wire is full duplex but the protocol is not, so both directions add up.
 * `behindSeconds` is the simulator's own lateness, of a paced bench: its latest answer left that much after its ideal
 * time, and that much of a programmer's time up to then is the simulator's. It does not add up from answer to answer.
 */
export interface BenchClock {
  idealSeconds: number;
  wireSeconds: number;
  flashSeconds: number;
  bytesIn: number;
  bytesOut: number;
  behindSeconds: number;
}

/**
 * Data flash of the part in the socket: what a device takes along into the field, beside its silicon. Helper data,
 * certificates and configuration are public; injected secrets are sealed under a key that only the PUF rebuilds.
 */
export interface BenchFlash {
  /** Hex digits. */
  uid: string;
  /** Of the first byte. */
  address: number;
  /** Base64. */
  data: string;
  dlm: string | null;
  protection: string | null;
  authentication: string | null;
}

export type BenchEvent =
  | { event: 'presence'; part: boolean }
  | { event: 'cable'; port: string | null }
  | { event: 'running'; running: BenchStatus['running'] };

/** A line the bench refuses: which word was wrong and why. */
export interface BenchRefusal {
  ok: false;
  error: 'unknown-command' | 'bad-argument' | 'no-part' | 'part-present' | 'unsupported' | 'line-too-long';
  message: string;
}

export type BenchAnswer = ({ ok: true } & Record<string, unknown>) | BenchRefusal;
