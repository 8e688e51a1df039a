import type { Image } from '#drivers/core/image.ts';
import { readApp, type AppImage } from './app-image.ts';
import type { EspChip } from './chips.ts';
import {
  holdsEmulatedFuses,
  isApp,
  readPartitions,
  TABLE_ADDRESS,
  TABLE_BYTES,
  type Partition,
} from './partition-table.ts';

/**
 * Which eFuses an image was built for. `virtual`: ESP-IDF's CONFIG_EFUSE_VIRTUAL, which only plays at burning.
 * `silicon`: the chip's own. Null: the image does not say.
 */
type FuseKind = 'virtual' | 'silicon' | null;

export interface ImageFacts {
  apps: AppImage[];
  fuses: FuseKind;
  /** What says so, for a person. */
  evidence: string | null;
}

/** A text that whoever builds an image may put into it (a constant in .rodata), to say what it is for. */
const MARK = 'rootline:efuse=';
/**
 * Texts that ESP-IDF compiles in only with CONFIG_EFUSE_VIRTUAL: esp_efuse_utility.c and bootloader_init.c or
 * cpu_start.c. A log level below "warning" leaves them out.
 */
const VIRTUAL_TEXTS = [
  'Virtual efuses enabled: Not really burning eFuses',
  'eFuse virtual mode is enabled. If Secure boot or Flash encryption is enabled',
];

/** Reads what an image says of itself. What is not detectable is not guessed. */
export function factsOf(image: Image, chip: EspChip): ImageFacts {
  const table = tableOf(image);
  const places = [
    chip.bootloaderOffset,
    ...image.segments.map(({ address }) => address),
    ...table.filter(isApp).map(({ address }) => address),
  ];
  const apps = [...new Set(places)].flatMap((address) => readApp(image, address) ?? []);
  return { apps, ...fusesOf(image, apps) };
}

function tableOf(image: Image): Partition[] {
  const segment = image.segments.find(
    ({ address, bytes }) => TABLE_ADDRESS >= address && TABLE_ADDRESS < address + bytes.length,
  );
  if (segment === undefined) return [];
  const at = TABLE_ADDRESS - segment.address;
  return readPartitions(segment.bytes.subarray(at, at + TABLE_BYTES));
}

function fusesOf(image: Image, apps: readonly AppImage[]): Pick<ImageFacts, 'fuses' | 'evidence'> {
  for (const kind of ['virtual', 'silicon'] as const) {
    if (holds(image, `${MARK}${kind}`)) return { fuses: kind, evidence: 'mark' };
  }
  if (VIRTUAL_TEXTS.some((text) => holds(image, text))) return { fuses: 'virtual', evidence: 'log text' };
  if (tableOf(image).some(holdsEmulatedFuses)) return { fuses: 'virtual', evidence: 'partition' };
  // Signed, and nothing in it plays at eFuses: its boot loader will burn the chip's own.
  if (apps.some(({ signed }) => signed)) return { fuses: 'silicon', evidence: 'signature' };
  return { fuses: null, evidence: null };
}

const holds = (image: Image, text: string): boolean =>
  image.segments.some(({ bytes }) =>
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(text, 0, 'latin1'),
  );
