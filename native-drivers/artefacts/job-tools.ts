import { DriverError, type DriverErrorJson } from '../core/errors.ts';
import type { Image } from '../core/image.ts';
import type { MemoryArea } from '../core/operations.ts';
import { checkImage } from '../images/check-image.ts';
import { programmableAreas } from '../images/known-areas.ts';
import { parseImage } from '../images/parse-image.ts';
import { paddedBootloader, parseCodeCertificate, verifyBootChain } from './boot-chain.ts';
import { artefactError } from './errors.ts';
import { parseRkey, RKEY_TYPE_OEM_ROOT_PUBLIC_KEY, type Rkey } from './rkey.ts';

/** What the job loader needs of the drivers, as plain functions: services know only this shape. Throws DriverError. */
export interface JobTools {
  /** Null: no such target. */
  programmableAreas(target: string): readonly MemoryArea[] | null;
  parseImage(bytes: Uint8Array): Image;
  checkImage(image: Image, areas: readonly MemoryArea[]): void;
  parseOemRootKey(bytes: Uint8Array): Rkey;
  /** The certificates hold, and are made for the boot loader inside this image. */
  checkBootChain(keyCertificate: Uint8Array, codeCertificate: Uint8Array, image: Image): void;
  /** Null: not an error of the drivers. */
  describeError(error: unknown): DriverErrorJson | null;
}

/** The one implementation; composition hands it to the job loader. */
export const jobTools: JobTools = {
  programmableAreas,
  parseImage,
  checkImage,
  parseOemRootKey(bytes) {
    const rkey = parseRkey(bytes);
    if (rkey.keyType === RKEY_TYPE_OEM_ROOT_PUBLIC_KEY) return rkey;
    throw artefactError('rkey', 'type', `0x${rkey.keyType.toString(16)} is not an OEM root public key`);
  },
  checkBootChain(keyCertificate, codeCertificate, image) {
    const { loadAddress, imageSize } = parseCodeCertificate(codeCertificate);
    const bootloader = paddedBootloader(image, loadAddress, loadAddress + imageSize);
    verifyBootChain(keyCertificate, codeCertificate, bootloader);
  },
  describeError: (error) => (error instanceof DriverError ? error.toJSON() : null),
};
