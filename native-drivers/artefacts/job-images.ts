import { createHash } from 'node:crypto';
import type { ArtefactKind } from '../core/desk-facts.ts';
import type { Image, Segment } from '../core/image.ts';
import { parseMcubootImage } from '../images/mcuboot.ts';
import { parseImage } from '../images/parse-image.ts';
import { joinPieces } from '../images/segments.ts';
import { parseSecureCert, SECURE_CERT_ADDRESS, SECURE_CERT_BYTES } from '../targets/esp32/secure-cert.ts';
import { parseDfuse } from './dfuse-file.ts';
import { artefactError } from './errors.ts';

/** `esp_image_header_t` (ESP-IDF, esp_app_format.h): first byte of boot loader and application. */
const ESP_MAGIC = 0xe9;
/** `ESP_SECURE_CERT_PRIV_KEY_TLV` of esp_secure_cert_mgr; with a flag it is no key in clear. */
const PRIVATE_KEY = 2;

/** One file of what a job programs. */
export interface ImageFile {
  kind: ArtefactKind;
  bytes: Uint8Array;
  sha256: string;
  /** Where bytes go that carry no address of their own. */
  address: number | null;
}

/** USB devices that a file says it is for; null where it does not say. */
export interface ReadImage {
  image: Image;
  device: string | null;
}

/** Reads one file by its kind. Throws DriverError naming line, offset or field. */
export function readImage(file: ImageFile): ReadImage {
  const { kind, bytes, address } = file;
  switch (kind) {
    case 'esp-image':
      if (bytes[0] !== ESP_MAGIC) throw artefactError('esp-image', 'magic', 'is not E9');
      return plain(file, address);
    case 'esp-secure-cert':
      checkSecureCert(bytes);
      return plain(file, address ?? SECURE_CERT_ADDRESS);
    case 'mcuboot-image':
      return mcuboot(file);
    case 'dfuse': {
      const { device, segments } = parseDfuse(bytes);
      const { sha256 } = file;
      return {
        image: { sha256, format: 'binary', segments: joinPieces(segments), entryPoint: null },
        device,
      };
    }
    default:
      return { image: address === null ? parseImage(bytes) : plain(file, address).image, device: null };
  }
}

function plain({ kind, bytes }: ImageFile, address: number | null): ReadImage {
  if (address === null) throw artefactError(kind, 'address', 'is missing: these bytes carry none');
  return { image: parseImage(bytes, { format: 'binary', baseAddress: address }), device: null };
}

/** A slot's place is its boot loader's business: an image that is for one place only says which. */
function mcuboot(file: ImageFile): ReadImage {
  const { address } = parseMcubootImage(file.bytes);
  return plain(file, file.address ?? address ?? 0);
}

function checkSecureCert(bytes: Uint8Array): void {
  if (bytes.length > SECURE_CERT_BYTES)
    throw artefactError('esp-secure-cert', 'size', `${bytes.length} bytes do not fit the partition`);
  const entries = parseSecureCert(bytes);
  if (entries.length === 0) throw artefactError('esp-secure-cert', 'entries', 'there are none');
  if (entries.some(({ type, flags }) => type === PRIVATE_KEY && flags === 0))
    throw artefactError('esp-secure-cert', 'private key', 'stands there in clear');
}

/** Several images as one, named by the hashes of all of them in order. Throws `image-overlap`. */
export function joinImages(images: readonly Image[]): Image {
  const [first, ...others] = images;
  if (first !== undefined && others.length === 0) return first;
  const pieces: Segment[] = images.flatMap(({ segments }) => segments);
  const names = images.map(({ sha256, segments }) => `${sha256} ${segments[0]?.address ?? 0}\n`).join('');
  const sha256 = createHash('sha256').update(names).digest('hex');
  return { sha256, format: 'binary', segments: joinPieces(pieces), entryPoint: null };
}
