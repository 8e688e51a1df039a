/** Side and path of a QR code that the station drew: taken apart, so that nothing of its text becomes markup here. */
export function qrDrawing(svg: string): { side: number; path: string } | null {
  const side = Number(/viewBox="0 0 (\d+) \1"/.exec(svg)?.[1] ?? Number.NaN);
  const paths = [...svg.matchAll(/\sd="([MmhHvVzZ0-9 .,-]+)"/g)].map((found) => found[1]);
  return Number.isInteger(side) && side > 0 && paths.length > 0 ? { side, path: paths.join('') } : null;
}
