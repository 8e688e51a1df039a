import type { DriverErrorJson } from './errors.ts';
import type { Image } from './image.ts';
import type { LinkSpec } from './link.ts';
import type { OperationInput, OperationName, OperationResult, Progress } from './operations.ts';

export interface PortInfo {
  path: string;
  manufacturer: string | null;
  serialNumber: string | null;
  vendorId: string | null;
  productId: string | null;
  /** USB topology (bus and port path) where the system tells it; a site binds to this, not to the name. */
  location: string | null;
  /** A serial port, or a USB device of its own. */
  reach: 'bytes' | 'usb';
}

export type HostEvent =
  | { type: 'presence'; site: string; part: boolean }
  | { type: 'port-gone'; site: string; error: DriverErrorJson }
  | { type: 'port-back'; site: string; path: string }
  /** A port appeared or vanished, bound or not: lists are old. */
  | { type: 'ports-changed' }
  /** The adapter of a site is on the bus at another place than the one it is bound to. */
  | { type: 'cable-moved'; site: string; from: string; to: string; path: string }
  /** The control lines ask a person; `answerPrompt` with the same id lets the operation go on. */
  | { type: 'prompt'; site: string; id: string; request: PromptRequest }
  /** Answered, or the operation that asked has ended. */
  | { type: 'prompt-over'; site: string; id: string }
  /** Only while `watchBytes` is on. Keys are blanked before they leave the driver process. */
  | { type: 'bytes'; site: string; entries: WireEntry[]; dropped: number }
  /**
   * The process of these sites ended: they are closed, and what ran on them is unknown until read back. `why`: by itself
   * or from outside, or because it did not answer any more, or held more memory than any driver needs.
   */
  | {
      type: 'host-died';
      code: number | null;
      signal: string | null;
      why: 'ended' | 'hung' | 'grown';
      sites: readonly string[];
    }
  | { type: 'host-ready'; pid: number; sites: readonly string[] };

/** What a person is asked to do where no line does it. */
export type PromptRequest = 'mode-boot' | 'mode-run' | 'reset';

/** One frame, or a run of bytes, as it went over a wire. */
export interface WireEntry {
  /** Milliseconds since 1970. */
  at: number;
  direction: 'sent' | 'received';
  title: string;
  detail: string;
  /** Lower-case hex of at most 256 bytes, `··` for each byte of a key. */
  hex: string;
  bytes: number;
  redacted: boolean;
  /** No frame of the protocol, or a broken one. */
  fault: boolean;
}

/** What services see of the driver processes. Implemented by `host/client.ts`; restarts a process when it dies. */
export interface DriverHost {
  listPorts(): Promise<PortInfo[]>;
  putImage(image: Image): Promise<void>;
  /**
   * Opens port and control lines and binds the target driver. Presence events start here. `path`: the port's name now.
   * Where it rejects, the port is watched until `closeSite`: `port-back` tells that it came and was opened.
   */
  openSite(site: string, link: LinkSpec, target: string): Promise<{ part: boolean | null; path: string }>;
  closeSite(site: string): Promise<void>;
  /** Rejects with DriverError. Aborting the signal cancels between two frames and rejects with `cancelled`. */
  run<K extends OperationName>(
    site: string,
    operation: K,
    input: OperationInput<K>,
    options: { signal: AbortSignal; onProgress: (progress: Progress) => void },
  ): Promise<OperationResult<K>>;
  /** Turns the byte log of a site on or off; off when it closes. */
  watchBytes(site: string, on: boolean): Promise<void>;
  answerPrompt(site: string, id: string): Promise<void>;
  onEvent(listener: (event: HostEvent) => void): () => void;
  /** Of the first of them. */
  readonly pid: number | null;
  close(): Promise<void>;
}
