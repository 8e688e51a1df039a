/** What a QR code says of itself: which sealed part it belongs to, which of how many it is, and what it carries. */
export interface FrameHead {
  id: string;
  /** From 1. */
  index: number;
  total: number;
  /** Chunk and CRC-32 in base45, not checked. */
  base45: string;
}

const FRAME = /^RLQ1:([0-9A-F]{16})\/([1-9]\d?)\/([1-9]\d?):([0-9A-Z $%*+\-./:]*):$/;

/** Reads the head of a scanned text; null for what is no code of ours. Of no platform: browsers sort codes by it. */
export function frameHead(text: string): FrameHead | null {
  const [, id = '', i = '', n = '', base45 = ''] = FRAME.exec(text.trim()) ?? [];
  const [index, total] = [Number(i), Number(n)];
  return id === '' || index > total ? null : { id, index, total, base45 };
}
