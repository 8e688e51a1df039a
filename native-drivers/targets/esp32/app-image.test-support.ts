import type { Segment } from '#drivers/core/image.ts';

export interface AppOptions {
  chipId: number;
  minRevision?: number;
  maxRevision?: number;
  version?: string;
  /** In .rodata. */
  text?: string;
  signed?: boolean;
}

/** An application as ESP-IDF would link it: header, one segment with descriptor and text, checksum, hash. */
export function appImage(options: AppOptions): Uint8Array {
  const { chipId, minRevision = 0, maxRevision = 0xffff, version = '1.2.3', text = '', signed } = options;
  const data = Buffer.alloc(256 + Math.ceil((text.length + 1) / 4) * 4);
  data.writeUInt32LE(0xabcd5432, 0);
  data.writeUInt32LE(7, 4);
  data.write(version, 16, 'latin1');
  data.write('thermostat', 48, 'latin1');
  data.write('12:00:00', 80, 'latin1');
  data.write('Nov 25 2026', 96, 'latin1');
  data.write('v5.1.2', 112, 'latin1');
  data.fill(0x5e, 144, 176);
  data.write(text, 256, 'latin1');
  const header = Buffer.alloc(24);
  header.set([0xe9, 1, 2, 0x20]);
  header.writeUInt16LE(chipId, 12);
  header.writeUInt16LE(minRevision, 15);
  header.writeUInt16LE(maxRevision, 17);
  header[23] = 1;
  const segment = Buffer.alloc(8);
  segment.writeUInt32LE(0x3c000020, 0);
  segment.writeUInt32LE(data.length, 4);
  const body = Buffer.concat([header, segment, data]);
  const whole = Buffer.concat([body, Buffer.alloc(16 - (body.length % 16)), Buffer.alloc(32, 0xaa)]);
  if (signed !== true) return Uint8Array.from(whole);
  const padding = Buffer.alloc(0x1000 - (whole.length % 0x1000), 0xff);
  const block = Buffer.alloc(0x1000, 0xff);
  block.set([0xe7, 0x02, 0, 0]);
  return Uint8Array.from(Buffer.concat([whole, padding, block]));
}

/** A partition table; `efuse`: with emulated eFuses in it. */
export function partitionTable(efuse: boolean): Segment {
  const entry = (type: number, subtype: number, address: number, label: string): Buffer => {
    const bytes = Buffer.alloc(32);
    bytes.writeUInt16LE(0x50aa, 0);
    bytes.set([type, subtype], 2);
    bytes.writeUInt32LE(address, 4);
    bytes.writeUInt32LE(0x2000, 8);
    bytes.write(label, 12, 'latin1');
    return bytes;
  };
  const entries = [entry(1, 2, 0x9000, 'nvs'), entry(0, 0, 0x10000, 'factory')];
  if (efuse) entries.push(entry(1, 5, 0xf000, 'efuse_em'));
  return { address: 0x8000, bytes: Uint8Array.from(Buffer.concat([...entries, Buffer.alloc(32, 0xff)])) };
}
