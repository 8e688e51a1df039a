import { createHash, randomBytes } from 'node:crypto';

export interface McubootFile {
  body?: Uint8Array;
  version?: [major: number, minor: number, revision: number, build: number];
  flags?: number;
  loadAddress?: number;
  headerBytes?: number;
  /** Protected TLVs, as type and value. */
  guarded?: [type: number, value: Uint8Array][];
}

const tlv = (type: number, value: Uint8Array): Buffer => {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(type, 0);
  head.writeUInt16LE(value.length, 2);
  return Buffer.concat([head, value]);
};
const area = (magic: number, tlvs: readonly Buffer[]): Buffer => {
  const head = Buffer.alloc(4);
  const body = Buffer.concat(tlvs);
  head.writeUInt16LE(magic, 0);
  head.writeUInt16LE(4 + body.length, 2);
  return Buffer.concat([head, body]);
};

/** A file as imgtool makes it without a key (MCUboot documentation, "Image Format"). */
export function mcubootFile(file: McubootFile = {}): Uint8Array {
  const { body = randomBytes(3000), version = [1, 2, 3, 0], flags = 0, guarded = [] } = file;
  const { loadAddress = 0, headerBytes = 0x200 } = file;
  const head = Buffer.alloc(headerBytes);
  const shielded =
    guarded.length === 0
      ? Buffer.alloc(0)
      : area(
          0x6908,
          guarded.map(([t, v]) => tlv(t, v)),
        );
  head.writeUInt32LE(0x96f3b83d, 0);
  head.writeUInt32LE(loadAddress, 4);
  head.writeUInt16LE(headerBytes, 8);
  head.writeUInt16LE(shielded.length, 10);
  head.writeUInt32LE(body.length, 12);
  head.writeUInt32LE(flags, 16);
  head.writeUInt8(version[0], 20);
  head.writeUInt8(version[1], 21);
  head.writeUInt16LE(version[2], 22);
  head.writeUInt32LE(version[3], 24);
  const hashed = Buffer.concat([head, body, shielded]);
  const hash = createHash('sha256').update(hashed).digest();
  return new Uint8Array(Buffer.concat([hashed, area(0x6907, [tlv(0x10, hash)])]));
}
