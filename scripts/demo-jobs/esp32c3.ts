import { generateKeyPairSync } from 'node:crypto';
import { buildSecureCert, SECURE_CERT_TYPE } from '#drivers/targets/esp32/secure-cert.ts';
import { keyDigest, signedEspImage } from './esp-signed-image.ts';
import { filler } from './filler.ts';
import { artefact, type DemoJob, type RecipeFile2 } from './job.ts';

const C3 = 5;
const BOOTLOADER_BYTES = 20 * 1024;
const APPLICATION_BYTES = 64 * 1024;
/** ESP-IDF, "Partition Tables": AA 50, type, subtype, offset, size, label. */
const PARTITIONS = [
  [1, 2, 0x9000, 0x4000, 'nvs'],
  [0x3f, 0x06, 0xd000, 0x2000, 'esp_secure_cert'],
  [0, 0, 0x10000, 0x100000, 'factory'],
] as const;

/** A radio node with secure boot: a key that lives as long as this process signs boot loader and application. */
export function esp32c3Job(): DemoJob {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 3072 });
  const image = (project: string | null, body: Buffer) =>
    signedEspImage({ chipId: C3, project, version: '2.1.0', body }, privateKey, publicKey);
  // What it is for, in the words that the driver looks for (docs/targets/esp32.md).
  const mark = Buffer.from('rootline:efuse=silicon\0', 'latin1');
  const files = {
    'bootloader.bin': image(null, filler('TX1 boot loader', BOOTLOADER_BYTES)),
    'partitions.bin': partitions(),
    'secure-cert.bin': secureCert(),
    'application.bin': image(
      'radio-node',
      Buffer.concat([mark, filler('TX1 application', APPLICATION_BYTES)]),
    ),
    'secure-boot.digest': keyDigest(publicKey),
  };
  return { files, recipe: recipe(files) };
}

function partitions(): Buffer {
  const table = Buffer.alloc(0xc00, 0xff);
  for (const [index, [type, subtype, offset, size, label]] of PARTITIONS.entries()) {
    const entry = table.subarray(32 * index, 32 * index + 32).fill(0);
    entry.writeUInt16LE(0x50aa, 0);
    entry.set([type, subtype], 2);
    entry.writeUInt32LE(offset, 4);
    entry.writeUInt32LE(size, 8);
    entry.write(label, 12, 'latin1');
  }
  return table;
}

function secureCert(): Uint8Array {
  const data = Buffer.from('{"product":"TX1","region":"eu"}');
  return buildSecureCert([{ type: SECURE_CERT_TYPE.userData1, subtype: 0, flags: 0, data }]);
}

function recipe(files: DemoJob['files']): RecipeFile2 {
  const image = ['bootloader', 'partitions', 'certificates', 'application'];
  const forEver = { irreversible: true, timeout: 30 };
  return {
    format: 'rootline-job/2',
    ...{ id: 'TX1', name: 'Radio node', revision: 1, target: 'esp32c3', rootOfTrust: 'none', allowance: 500 },
    artefacts: {
      bootloader: artefact(files, 'bootloader.bin', {
        kind: 'esp-image',
        address: '0x0',
        efuse: 'silicon',
      }),
      partitions: artefact(files, 'partitions.bin', { kind: 'image', address: '0x8000' }),
      certificates: artefact(files, 'secure-cert.bin', { kind: 'esp-secure-cert' }),
      application: artefact(files, 'application.bin', {
        kind: 'esp-image',
        address: '0x10000',
        efuse: 'silicon',
      }),
      digest: artefact(files, 'secure-boot.digest', { kind: 'fuse-value' }),
    },
    fixture: { control: 'any' },
    phases: [
      { id: 'identify', title: 'Identify', operation: 'identify', timeout: 30 },
      { id: 'program', title: 'Program', operation: 'program', params: { image }, timeout: 180 },
      { id: 'verify', title: 'Verify', operation: 'verify', params: { image }, timeout: 120 },
      {
        ...{ id: 'digest', title: 'Key digest', operation: 'burn', ...forEver },
        params: { fuse: 'secure-boot-digest-0', artefact: 'digest' },
      },
      {
        ...{ id: 'keep-readable', title: 'Keep digest readable', operation: 'burn', ...forEver },
        params: { fuse: 'read-protection-lock', value: '01' },
      },
      {
        ...{ id: 'secure-boot', title: 'Secure boot', operation: 'burn', ...forEver },
        params: { fuse: 'secure-boot', value: '01' },
      },
      { id: 'read-back', title: 'Read back', operation: 'read-state', timeout: 30 },
    ],
  };
}
