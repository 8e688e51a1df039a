import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseImage } from '#drivers/images/parse-image.ts';

/** The demo job's artefacts, as the station would hand them to the drivers. */
const folder = new URL('../../resources/jobs/TH4/', import.meta.url);
const artefact = (name: string) => Uint8Array.from(readFileSync(fileURLToPath(new URL(name, folder))));

export const demoJob = {
  image: parseImage(artefact('firmware.srec')),
  rkey: artefact('oem-root.rkey'),
  keyCertificate: artefact('key.cert'),
  codeCertificate: artefact('code.cert'),
};
