export const BYTES_PER_ROW = 16;

/** One row of a hex view. */
export interface HexRow {
  address: number;
  /** Two digits each. */
  bytes: string[];
  /** Printable ASCII, a dot for everything else. */
  text: string;
  /** Which of them differ from the last reading of the same place. */
  changed: boolean[];
}

/** Rows of what was read, against what the same place said before; null: it was never read. */
export function hexRows(start: number, hex: string, before: string | null, perRow = BYTES_PER_ROW): HexRow[] {
  const rows: HexRow[] = [];
  for (let at = 0; at < hex.length; at += perRow * 2) {
    const bytes = hex.slice(at, at + perRow * 2).match(/../g) ?? [];
    const old = before?.slice(at, at + perRow * 2).match(/../g) ?? null;
    rows.push({
      address: start + at / 2,
      bytes,
      text: bytes.map(printable).join(''),
      changed: bytes.map((byte, index) => old !== null && old[index] !== byte),
    });
  }
  return rows;
}

function printable(byte: string): string {
  const code = Number.parseInt(byte, 16);
  return code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : '·';
}

export const hexAddress = (address: number): string => address.toString(16).padStart(8, '0').toUpperCase();

/** `0x…` or plain hex digits; null for anything else. */
export function addressOf(text: string): number | null {
  const digits = text.trim().replace(/^0x/i, '');
  return /^[0-9a-f]{1,8}$/i.test(digits) ? Number.parseInt(digits, 16) : null;
}

/** A decimal number, or hex with `0x`; null for anything else or outside 1..65536. */
export function lengthOf(text: string): number | null {
  const trimmed = text.trim();
  const value = /^0x[0-9a-f]{1,5}$/i.test(trimmed) || /^\d{1,5}$/.test(trimmed) ? Number(trimmed) : NaN;
  return value >= 1 && value <= 65_536 ? value : null;
}

type Area = { start: number; end: number };

/**
 * Where the block after or before this one begins; null where the area ends before it. Without areas: anywhere in 32
 * bits.
 */
export function nextBlock(
  at: number | null,
  length: number | null,
  step: 1 | -1,
  areas: readonly Area[],
): number | null {
  if (at === null || length === null) return null;
  const inside = areas.find(({ start, end }) => at >= start && at <= end);
  const { start, end } = inside ?? { start: 0, end: 0xffff_ffff };
  const next = at + step * length;
  return next < start || next > end ? null : next;
}

/** As much of a length as the area still has. */
export function fitting(at: number, length: number, areas: readonly Area[]): number {
  const inside = areas.find(({ start, end }) => at >= start && at <= end);
  return inside === undefined ? length : Math.min(length, inside.end - at + 1);
}
