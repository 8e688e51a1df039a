/** What joins a socket to its programmer; it can be pulled and plugged again. */
export interface Cable {
  /** What a programmer opens, and stays the same over every plugging. */
  readonly link: string;
  /** What it leads to at this moment: a terminal, a USB path; null while it is pulled. */
  readonly port: string | null;
  plug(): void;
  pull(): void;
  write(bytes: Uint8Array): void;
  /** What was said and nobody has read is gone. */
  discard(): void;
  /** Bits per second that the programmer's end is set to. */
  rate(): number;
  /** The part is another device on USB now, or none. */
  changed(): void;
  /** For good. */
  close(): Promise<void>;
}
