import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { makeCodeCertificate, makeKeyCertificate, paddedBootloader } from '#drivers/artefacts/boot-chain.ts';
import { wrapKey } from '#drivers/artefacts/key-wrapping.ts';
import { rawPublicKey } from '#drivers/artefacts/p256.ts';
import { RKEY_TYPE_OEM_ROOT_PUBLIC_KEY, writeRkey } from '#drivers/artefacts/rkey.ts';
import { parseImage } from '#drivers/images/parse-image.ts';
import { simulatorUfpk } from '#drivers/virtual/ra8m1/key-injection.ts';
import { BOOTLOADER_BYTES, FIRMWARE } from './build-firmware.ts';
import { demoRecipe } from './demo-recipe.ts';

/**
 * Makes the demo job: OEM keys that live as long as this process, what they sign, and the recipe that names it all by
 * hash. No private key is kept, so another run gives other certificates and another checksum.
 */
const FLASH = 0x02000000;
const HEADER = { loadAddress: FLASH, destinationAddress: FLASH, imageVersion: 1, buildNumber: 12 };

/** Writes a job folder. */
export async function makeDemoJob(folder: string): Promise<void> {
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
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  const artefact = (file: keyof typeof files) => ({
    file,
    sha256: createHash('sha256').update(files[file]).digest('hex'),
  });
  const recipe = demoRecipe({
    firmware: artefact('firmware.srec'),
    oemRootKey: artefact('oem-root.rkey'),
    keyCertificate: artefact('key.cert'),
    codeCertificate: artefact('code.cert'),
  });
  const path = join(folder, 'job.json');
  const style = (await resolveConfig(path)) ?? {};
  writeFileSync(path, await format(JSON.stringify(recipe), { ...style, filepath: path }));
}

function wrappedForBench(publicKey: Uint8Array): Uint8Array {
  const { ufpk, wufpk } = simulatorUfpk(randomBytes(16));
  const iv = randomBytes(16);
  const encryptedKey = wrapKey(ufpk, iv, publicKey);
  return writeRkey({ keyType: RKEY_TYPE_OEM_ROOT_PUBLIC_KEY, wufpk, iv, encryptedKey });
}

if (import.meta.main) {
  const folder = resolve(import.meta.dirname, '../resources/jobs/TH4');
  await makeDemoJob(folder);
  process.stderr.write(`${folder}\n`);
}
