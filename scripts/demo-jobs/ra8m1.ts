import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { makeCodeCertificate, makeKeyCertificate, paddedBootloader } from '#drivers/artefacts/boot-chain.ts';
import { wrapKey } from '#drivers/artefacts/key-wrapping.ts';
import { rawPublicKey } from '#drivers/artefacts/p256.ts';
import { RKEY_TYPE_OEM_ROOT_PUBLIC_KEY, writeRkey } from '#drivers/artefacts/rkey.ts';
import { parseImage } from '#drivers/images/parse-image.ts';
import { simulatorUfpk } from '#drivers/virtual/ra8m1/key-injection.ts';
import { BOOTLOADER_BYTES, FIRMWARE } from '../build-firmware.ts';
import { demoRecipe } from '../demo-recipe.ts';
import { artefact, type DemoJob } from './job.ts';

/** OEM keys that live as long as this process, what they sign, and the recipe that names it all by hash. */
const FLASH = 0x02000000;
const HEADER = { loadAddress: FLASH, destinationAddress: FLASH, imageVersion: 1, buildNumber: 12 };

export function ra8m1Job(): DemoJob {
  const firmware = readFileSync(FIRMWARE);
  const root = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const boot = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const bootloader = paddedBootloader(parseImage(firmware), FLASH, FLASH + BOOTLOADER_BYTES);
  const files = {
    'firmware.srec': firmware,
    'oem-root.rkey': wrappedForBench(rawPublicKey(root)),
    'key.cert': makeKeyCertificate(root, rawPublicKey(boot)),
    'code.cert': makeCodeCertificate(boot, bootloader, HEADER),
  };
  const named = (file: keyof typeof files) => {
    const { sha256 } = artefact(files, file, { kind: 'image' });
    return { file, sha256 };
  };
  const recipe = demoRecipe({
    firmware: named('firmware.srec'),
    oemRootKey: named('oem-root.rkey'),
    keyCertificate: named('key.cert'),
    codeCertificate: named('code.cert'),
  });
  return { files, recipe };
}

function wrappedForBench(publicKey: Uint8Array): Uint8Array {
  const { ufpk, wufpk } = simulatorUfpk(randomBytes(16));
  const iv = randomBytes(16);
  const encryptedKey = wrapKey(ufpk, iv, publicKey);
  return writeRkey({ keyType: RKEY_TYPE_OEM_ROOT_PUBLIC_KEY, wufpk, iv, encryptedKey });
}
