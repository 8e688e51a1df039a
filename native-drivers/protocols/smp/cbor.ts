import { Encoder } from 'cbor-x';

/** Payload of every SMP packet: one CBOR map with text keys. */
export type SmpMap = Record<string, unknown>;

// Plain RFC 8949 only: no record extension, no typed-array tags, definite lengths; what zcbor on a chip reads.
const codec = new Encoder({
  useRecords: false,
  mapsAsObjects: true,
  tagUint8Array: false,
  variableMapSize: true,
});

export function encodeMap(map: SmpMap): Uint8Array {
  return new Uint8Array(codec.encode(map));
}

/** Null for anything that is not exactly one CBOR map: such a payload is a bad frame, not a value. */
export function decodeMap(bytes: Uint8Array): SmpMap | null {
  try {
    const value: unknown = codec.decode(bytes);
    const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isMap && !ArrayBuffer.isView(value) ? (value as SmpMap) : null;
  } catch {
    return null;
  }
}
