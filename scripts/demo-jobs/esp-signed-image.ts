import { constants, createHash, sign, type KeyObject } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** `esp_image_header_t`, `esp_app_desc_t`: ESP-IDF, esp_app_format.h, esp_app_desc.h. */
const MAGIC = 0xe9;
const HEADER = 24;
const DESCRIPTOR_MAGIC = 0xabcd5432;
const DESCRIPTOR = 256;
/** Where the C3 maps flash as data; the descriptor is the first thing there. */
const LOAD_ADDRESS = 0x3c000020;
/** Where the checksum begins (ESP-IDF, esp_image_format.h, ESP_ROM_CHECKSUM_INITIAL). */
const CHECKSUM_START = 0xef;
const SECTOR = 0x1000;
const NO_LIMIT = 0xffff;

export interface EspApp {
  chipId: number;
  /** Null: a boot loader, which has no descriptor. */
  project: string | null;
  version: string;
  body: Buffer;
}

/** Header, one segment, checksum, SHA-256: as esptool's `elf2image` puts an image together. */
function espImage({ chipId, project, version, body }: EspApp): Buffer {
  const header = Buffer.alloc(HEADER);
  header.set([MAGIC, 1, 2, 0x20]);
  header.writeUInt16LE(chipId, 12);
  header.writeUInt16LE(NO_LIMIT, 17);
  header[23] = 1;
  const data = project === null ? body : Buffer.concat([descriptor(project, version), body]);
  const segment = Buffer.alloc(8);
  segment.writeUInt32LE(LOAD_ADDRESS, 0);
  segment.writeUInt32LE(data.length, 4);
  const plain = Buffer.concat([header, segment, data]);
  const whole = Buffer.concat([plain, Buffer.alloc(16 - (plain.length % 16))]);
  whole[whole.length - 1] = data.reduce((sum, byte) => sum ^ byte, CHECKSUM_START);
  return Buffer.concat([whole, createHash('sha256').update(whole).digest()]);
}

function descriptor(project: string, version: string): Buffer {
  const bytes = Buffer.alloc(DESCRIPTOR);
  bytes.writeUInt32LE(DESCRIPTOR_MAGIC, 0);
  bytes.write(version, 16, 'latin1');
  bytes.write(project, 48, 'latin1');
  bytes.write('v5.1.2', 112, 'latin1');
  return bytes;
}

const BITS = 3072;
const BYTES = BITS / 8;

/** Numbers of the verification, little-endian: n, e, R = 2^6144 mod n, -1/n mod 2^32 (ESP-IDF, "Secure Boot v2"). */
function publicBlock(key: KeyObject): Buffer {
  const { n = '' } = key.export({ format: 'jwk' });
  const modulus = BigInt(`0x${Buffer.from(n, 'base64url').toString('hex')}`);
  const block = Buffer.alloc(BYTES + 4 + BYTES + 4);
  littleEndian(modulus).copy(block, 0);
  block.writeUInt32LE(65_537, BYTES);
  littleEndian((1n << BigInt(2 * BITS)) % modulus).copy(block, BYTES + 4);
  block.writeUInt32LE(Number(-inverse(modulus) & 0xffff_ffffn), 2 * BYTES + 4);
  return block;
}

const littleEndian = (value: bigint): Buffer =>
  Buffer.from(value.toString(16).padStart(2 * BYTES, '0'), 'hex').reverse();

/** Of an odd number modulo 2^32: each step of Newton's doubles the bits that are right, five of them are enough. */
function inverse(odd: bigint): bigint {
  let found = 1n;
  for (let step = 0; step < 5; step += 1) found = (found * (2n - odd * found)) & 0xffff_ffffn;
  return found;
}

/** What the eFuse holds of a key: SHA-256 of its numbers. */
export const keyDigest = (publicKey: KeyObject): Buffer =>
  createHash('sha256').update(publicBlock(publicKey)).digest();

/** An image on whole sectors and its signature sector: E7 02, digest, key, RSA-PSS, CRC (ESP-IDF, "Signature Block Format"). */
export function signedEspImage(app: EspApp, key: KeyObject, publicKey: KeyObject): Buffer {
  const image = espImage(app);
  const padded = Buffer.concat([image, Buffer.alloc(-image.length & (SECTOR - 1), 0xff)]);
  const options = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  const signature = Buffer.from(sign('sha256', padded, options)).reverse();
  const head = Buffer.concat([
    Buffer.from('e7020000', 'hex'),
    createHash('sha256').update(padded).digest(),
    publicBlock(publicKey),
    signature,
  ]);
  const block = Buffer.alloc(SECTOR, 0xff);
  head.copy(block);
  block.writeUInt32LE(crc32(head), head.length);
  block.fill(0, head.length + 4, head.length + 20);
  return Buffer.concat([padded, block]);
}
