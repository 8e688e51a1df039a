import { DriverError } from '#drivers/core/errors.ts';
import type { Image } from '#drivers/core/image.ts';
import type { MemoryArea, OperationContext, OperationResult } from '#drivers/core/operations.ts';
import type { AtLink } from './at/at-link.ts';
import { BASE64, FILE_NOT_FOUND, FILE_SIZE, PIECE } from './at/constants.ts';

/**
 * A job names files by address, as it names everything that is programmed: each file of the module is an area of 64 KiB.
 * Names as the vendor's exercise for AWS has them; the last is the image that the host's own firmware updates from.
 */
const NAMES = ['rootca.pem', 'cert.pem', 'privatekey.pem', 'quarklink.crt'] as const;
export const FILES: readonly { name: string; address: number }[] = NAMES.map((name, index) => ({
  name,
  address: index * FILE_SIZE.most,
}));

export const FILE_AREAS: readonly MemoryArea[] = FILES.map(({ address }) => ({
  ...{ kind: 'data' as const, start: address, end: address + FILE_SIZE.most - 1 },
  ...{ eraseUnit: FILE_SIZE.most, writeUnit: 1 },
}));

interface File {
  name: string;
  bytes: Uint8Array;
}

/** The files of an image. Throws `image-range` for a piece that is not at the start of one, or runs over its end. */
export function filesOf(image: Image): File[] {
  return image.segments.map(({ address, bytes }) => {
    const file = FILES.find((one) => one.address === address);
    if (file !== undefined && bytes.length <= FILE_SIZE.most) return { name: file.name, bytes };
    throw new DriverError('image-range', 'The image has a piece that is no file of this module.', {
      ...{ chip: 'untouched', context: { address: `0x${address.toString(16)}`, bytes: bytes.length } },
    });
  });
}

export async function writeFiles(
  link: AtLink,
  files: readonly File[],
  context: OperationContext,
): Promise<OperationResult<'program'>['output']> {
  const started = performance.now();
  const total = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  let done = 0;
  for (const file of files) {
    await writeFile(link, file, (count) => {
      stopIfAborted(context.signal);
      done += count;
      context.progress({ done, total, unit: 'B', note: `Write ${file.name}` });
    });
  }
  return { bytes: total, seconds: (performance.now() - started) / 1000, baudRate: link.transport.baudRate };
}

/** A file that is there is deleted first: the module makes a file once, of a size that it keeps. */
async function writeFile(link: AtLink, { name, bytes }: File, wrote: (count: number) => void): Promise<void> {
  wrote(0);
  await deleteFile(link, name);
  const size = Math.max(FILE_SIZE.least, bytes.length);
  const id = await open(link, name, 'WRITE|CREATE', size);
  for (let at = 0; at < bytes.length; at += PIECE.write) {
    const piece = Buffer.from(bytes.subarray(at, at + PIECE.write));
    const data = piece.toString('base64');
    await link.command(`AT+fileWrite=${id},${at},${BASE64},${data.length},${data}`);
    piece.fill(0);
    wrote(Math.min(PIECE.write, bytes.length - at));
  }
  await link.command(`AT+fileClose=${id},,`);
}

/** Reads the file as long as the image says that it is. Null: there is none. */
export async function readFile(link: AtLink, name: string, length: number): Promise<Uint8Array | null> {
  const id = await open(link, name, 'READ', FILE_SIZE.least).catch((error: unknown) => {
    if (isMissing(error)) return null;
    throw error;
  });
  if (id === null) return null;
  const pieces: Buffer[] = [];
  for (let at = 0; at < length; at += PIECE.read) {
    const count = Math.min(PIECE.read, length - at);
    const [line] = await link.command(`AT+fileRead=${id},${at},${BASE64},${count}`);
    pieces.push(Buffer.from(line?.args.split(',').at(-1) ?? '', 'base64'));
  }
  await link.command(`AT+fileClose=${id},,`);
  return Uint8Array.from(Buffer.concat(pieces));
}

async function open(link: AtLink, name: string, mode: string, size: number): Promise<string> {
  const [line] = await link.command(`AT+fileOpen=${name},${mode},${size}`);
  const id = line?.name === '+fileopen' ? /^\d+/.exec(line.args)?.[0] : undefined;
  if (id !== undefined) return id;
  throw new DriverError('bad-frame', 'The module opened a file and did not say its number.', {
    context: { name },
  });
}

async function deleteFile(link: AtLink, name: string): Promise<void> {
  await link.command(`AT+fileDel=${name},`).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
  });
}

const isMissing = (error: unknown): boolean =>
  error instanceof DriverError && error.context['error'] === FILE_NOT_FOUND;

export function stopIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new DriverError('cancelled', 'Cancelled.', { cause: signal.reason });
}
