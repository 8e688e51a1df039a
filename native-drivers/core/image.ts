/** A run of bytes at an address. */
export interface Segment {
  address: number;
  bytes: Uint8Array;
}

/** A firmware image: segments sorted by address, none overlapping. */
export interface Image {
  /** SHA-256 of the file as delivered, hex. */
  sha256: string;
  format: 'intel-hex' | 's-record' | 'binary' | 'elf';
  segments: Segment[];
  entryPoint: number | null;
}
