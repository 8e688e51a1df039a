/** Versions of the sync protocol that this program speaks. Sent as `rootline-protocol: <version>` with every call. */
export const PROTOCOL = { min: 1, max: 1 } as const;

export const PROTOCOL_HEADER = 'rootline-protocol';

export interface VersionRange {
  min: number;
  max: number;
}

/** The highest version that both sides speak, or null. One side may be a version older or newer than the other. */
export function commonVersion(a: VersionRange, b: VersionRange): number | null {
  const highest = Math.min(a.max, b.max);
  return highest >= Math.max(a.min, b.min) ? highest : null;
}
