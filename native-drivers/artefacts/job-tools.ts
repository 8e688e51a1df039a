import type { DeskFacts } from '../core/desk-facts.ts';
import type { AnyTargetDriver } from '../core/driver.ts';
import { DriverError, type DriverErrorJson } from '../core/errors.ts';
import type { Image } from '../core/image.ts';
import type { MemoryArea, OperationName } from '../core/operations.ts';
import { checkImage, type CheckOptions } from '../images/check-image.ts';
import type { KeyCapabilities } from '../roots-of-trust/capabilities.ts';
import { findRootOfTrust } from '../roots-of-trust/registry.ts';
import { loadTarget, targets } from '../targets/registry.ts';
import { paddedBootloader, parseCodeCertificate, verifyBootChain } from './boot-chain.ts';
import { artefactError } from './errors.ts';
import { joinImages, readImage, type ImageFile, type ReadImage } from './job-images.ts';
import { parseKeyRecipient, type KeyRecipient } from './key-recipient.ts';
import { parseRkey, RKEY_TYPE_OEM_ROOT_PUBLIC_KEY, type Rkey } from './rkey.ts';

/** A family as a job is held against it: what its driver says with no part in a socket. */
export type TargetFacts = DeskFacts & {
  id: string;
  title: string;
  operations: readonly OperationName[];
  areas: readonly MemoryArea[] | null;
  /** How its parts are reached. */
  reach: 'bytes' | 'usb' | 'tool';
  /** USB devices that fit; null where it is not reached by USB. */
  devices: readonly string[] | null;
};

export interface RootFacts {
  keys: KeyCapabilities;
  /** Rebuilds its key on demand, so that reads can be compared. */
  reconstructs: boolean;
}

/** What the job loader needs of the drivers, as plain functions: services know only this shape. Throws DriverError. */
export interface JobTools {
  /** Null: no such target. */
  target(id: string): Promise<TargetFacts | null>;
  /** Null: no such root of trust. */
  rootOfTrust(id: string): RootFacts | null;
  readImage(file: ImageFile): ReadImage;
  joinImages(images: readonly Image[]): Image;
  checkImage(image: Image, areas: readonly MemoryArea[], options?: CheckOptions): void;
  parseRkey(bytes: Uint8Array): Rkey;
  parseOemRootKey(bytes: Uint8Array): Rkey;
  parseKeyRecipient(bytes: Uint8Array): KeyRecipient;
  /** The certificates hold, and are made for the boot loader inside this image. */
  checkBootChain(keyCertificate: Uint8Array, codeCertificate: Uint8Array, image: Image): void;
  /** Null: not an error of the drivers. */
  describeError(error: unknown): DriverErrorJson | null;
}

/** The one implementation; composition hands it to the job loader. */
export const jobTools: JobTools = {
  target: async (id) => (targets.some((entry) => entry.id === id) ? factsOf(await loadTarget(id)) : null),
  rootOfTrust(id) {
    const found = findRootOfTrust(id);
    return found === undefined
      ? null
      : { keys: found.keys, reconstructs: found.capabilities.includes('reconstruct') };
  },
  readImage,
  joinImages,
  checkImage,
  parseRkey,
  parseKeyRecipient,
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

function factsOf(driver: AnyTargetDriver): TargetFacts {
  const devices = driver.reach === 'usb' ? driver.devices : null;
  return { ...driver, reach: driver.reach ?? 'bytes', areas: driver.areas ?? null, devices };
}
