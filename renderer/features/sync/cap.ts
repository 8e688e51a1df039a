const KILO = 1000;
/** Bounds of the station, kB/s. */
const LEAST = 2;
const MOST = 1_000_000;

/** A cap in bytes per second as kB/s to edit; no cap is an empty field. */
export const capText = (bytesPerSecond: number | null): string =>
  bytesPerSecond === null ? '' : String(Math.round(bytesPerSecond / KILO));

/** The cap typed in kB/s as bytes per second; null for none, undefined for what is no cap. */
export function capBytes(typed: string): number | null | undefined {
  const text = typed.trim();
  if (text === '') return null;
  const value = Number(text);
  return /^[0-9]+$/.test(text) && value >= LEAST && value <= MOST ? value * KILO : undefined;
}
