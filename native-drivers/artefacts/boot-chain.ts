import { createHash, type KeyObject } from 'node:crypto';
import type { Image } from '../core/image.ts';
import { crc32IsoHdlc } from './crc32.ts';
import { artefactError } from './errors.ts';
import { rawPublicKey, signRaw, verifyRaw } from './p256.ts';
import { parseTlv, writeTlv, type Manifest } from './tlv.ts';

/**
 * Chain of trust of the RA8 first-stage boot loader: OEM root key > key certificate > OEM boot loader key > code
 * certificate > boot loader. Magic numbers and type/length words: Renesas RA8 boot firmware, as public signing tools
 * write them. All integers little-endian, keys Qx||Qy, signatures R||S, KEYHASH = SHA-256 of the boot loader's key.
 */
const KEY_CERTIFICATE: Manifest = {
  name: 'key certificate',
  magic: 0x6b657963,
  fields: [
    { name: 'rootPublicKey', tag: 0x00088010, length: 64 },
    { name: 'keyHash', tag: 0x10144008, length: 32 },
    { name: 'signature', tag: 0x20088410, length: 64 },
  ],
};
const CODE_CERTIFICATE: Manifest = {
  name: 'code certificate',
  magic: 0x636f6463,
  fields: [
    { name: 'bootloaderPublicKey', tag: 0x01088010, length: 64 },
    { name: 'crc', tag: 0x40000001, length: 4 },
    { name: 'signerId', tag: 0x10144008, length: 32 },
    { name: 'signature', tag: 0x25088410, length: 64 },
  ],
};
/** The signature is the last field, behind its own type/length word. */
const SIGNATURE_TLV = 4 + 64;
const HIGHEST_VERSION = 64;

export interface KeyCertificate {
  rootPublicKey: Uint8Array;
  keyHash: Uint8Array;
  signature: Uint8Array;
}

export interface CodeCertificateHeader {
  loadAddress: number;
  destinationAddress: number;
  /** 1..64; the chip takes no version below the highest it has seen. */
  imageVersion: number;
  buildNumber: number;
}

export interface CodeCertificate extends CodeCertificateHeader {
  /** Length of the padded boot loader. */
  imageSize: number;
  bootloaderPublicKey: Uint8Array;
  crc32: number;
  signerId: Uint8Array;
  signature: Uint8Array;
}

/** Signs a boot loader key with the OEM root key. */
export function makeKeyCertificate(rootKey: KeyObject, bootloaderPublicKey: Uint8Array): Uint8Array {
  const body = writeTlv(
    KEY_CERTIFICATE,
    [0, 0, 0, 0, 0],
    [rawPublicKey(rootKey), keyHash(bootloaderPublicKey)],
  );
  body.set(signRaw(rootKey, body.subarray(0, -SIGNATURE_TLV)), body.length - 64);
  return body;
}

/** Signs a boot loader, padded as `paddedBootloader` does it, with the boot loader key. */
export function makeCodeCertificate(
  bootloaderKey: KeyObject,
  bootloader: Uint8Array,
  header: CodeCertificateHeader,
): Uint8Array {
  const { loadAddress, destinationAddress, imageVersion, buildNumber } = header;
  checkVersion(imageVersion);
  const publicKey = rawPublicKey(bootloaderKey);
  const crc = Buffer.alloc(4);
  crc.writeUInt32LE(crc32IsoHdlc(bootloader));
  const words = [loadAddress, destinationAddress, bootloader.length, imageVersion, buildNumber];
  const body = writeTlv(CODE_CERTIFICATE, words, [publicKey, crc, keyHash(publicKey)]);
  const signed = Buffer.concat([body.subarray(0, -SIGNATURE_TLV), bootloader]);
  body.set(signRaw(bootloaderKey, signed), body.length - 64);
  return body;
}

/** Throws DriverError `bad-argument` naming the field. Signatures are for `verifyBootChain`. */
export function parseKeyCertificate(bytes: Uint8Array): KeyCertificate {
  const { words, values } = parseTlv(KEY_CERTIFICATE, bytes);
  if (words.some((word) => word !== 0)) throw artefactError('key certificate', 'reserved', 'is not zero');
  const [rootPublicKey, hash, signature] = values;
  return { rootPublicKey, keyHash: hash, signature };
}

/** Throws DriverError `bad-argument` naming the field. Signatures are for `verifyBootChain`. */
export function parseCodeCertificate(bytes: Uint8Array): CodeCertificate {
  const { words, values } = parseTlv(CODE_CERTIFICATE, bytes);
  const [loadAddress, destinationAddress, imageSize, imageVersion, buildNumber] = words;
  checkVersion(imageVersion);
  const [bootloaderPublicKey, crc, signerId, signature] = values;
  const crc32 = Buffer.from(crc).readUInt32LE();
  const header = { loadAddress, destinationAddress, imageVersion, buildNumber };
  return { ...header, imageSize, bootloaderPublicKey, crc32, signerId, signature };
}

/**
 * Bytes that a code certificate covers: from the lowest to the highest programmed address of the boot loader, gaps
 * and tail FF, to a multiple of 16 and at least 64 bytes. `end` is the first address that is not the boot loader's.
 */
export function paddedBootloader(image: Image, start: number, end: number): Uint8Array {
  const parts = image.segments
    .map(({ address, bytes }) => ({
      at: Math.max(address, start),
      bytes: bytes.subarray(Math.max(0, start - address), Math.max(0, end - address)),
    }))
    .filter((part) => part.bytes.length > 0);
  const first = parts[0];
  const last = parts.at(-1);
  if (first === undefined || last === undefined)
    throw artefactError('boot loader', 'image', 'no bytes at its addresses');
  const length = last.at + last.bytes.length - first.at;
  const padded = new Uint8Array(Math.max(64, Math.ceil(length / 16) * 16)).fill(0xff);
  for (const part of parts) padded.set(part.bytes, part.at - first.at);
  return padded;
}

/**
 * Checks every link as the chip does. Throws DriverError `bad-argument` naming the first that does not hold.
 * The root key itself is wrapped for the chip and cannot be compared here; the chip does it.
 */
export function verifyBootChain(keyCert: Uint8Array, codeCert: Uint8Array, bootloader: Uint8Array): void {
  const key = parseKeyCertificate(keyCert);
  const code = parseCodeCertificate(codeCert);
  const signedKey = keyCert.subarray(0, -SIGNATURE_TLV);
  if (!verifyRaw(key.rootPublicKey, signedKey, key.signature))
    throw artefactError('key certificate', 'signature', 'does not hold');
  if (!same(key.keyHash, keyHash(code.bootloaderPublicKey)))
    throw artefactError(
      'code certificate',
      'bootloaderPublicKey',
      'is not the key that the key certificate names',
    );
  if (!same(key.keyHash, code.signerId))
    throw artefactError('code certificate', 'signerId', 'is not the hash of its key');
  if (code.imageSize !== bootloader.length)
    throw artefactError(
      'code certificate',
      'imageSize',
      `${code.imageSize}, the boot loader has ${bootloader.length}`,
    );
  if (code.crc32 !== crc32IsoHdlc(bootloader))
    throw artefactError('code certificate', 'crc', 'does not match the boot loader');
  const signedCode = Buffer.concat([codeCert.subarray(0, -SIGNATURE_TLV), bootloader]);
  if (!verifyRaw(code.bootloaderPublicKey, signedCode, code.signature))
    throw artefactError('code certificate', 'signature', 'does not hold');
}

function keyHash(publicKey: Uint8Array): Uint8Array {
  return createHash('sha256').update(publicKey).digest();
}

function checkVersion(version: number): void {
  if (version < 1 || version > HIGHEST_VERSION)
    throw artefactError('code certificate', 'imageVersion', `${version} is not in 1..${HIGHEST_VERSION}`);
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
