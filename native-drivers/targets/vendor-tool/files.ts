import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { DriverError } from '#drivers/core/errors.ts';
import type { Image } from '#drivers/core/image.ts';
import type { ToolDescription } from '#drivers/core/tool.ts';
import { intelHexOf } from './intel-hex.ts';

/** A unique id in a file is short; anything else is the wrong file. */
const MOST_UID_BYTES = 64;
/** A binary image with a gap larger than this was not meant to be one file. */
const MOST_BINARY_BYTES = 64 * 1024 * 1024;
const ERASED = 0xff;

/** A folder for one run of a tool, readable by this user only; `output` is where the tool may write. */
export interface RunFolder {
  root: string;
  output: string;
  putImage(image: Image, format: ToolDescription['image']): Promise<string>;
  readUid(): Promise<string | null>;
  dispose(): Promise<void>;
}

export async function runFolder(): Promise<RunFolder> {
  const root = await mkdtemp(join(tmpdir(), 'rootline-tool-'));
  const output = join(root, 'output');
  return {
    ...{ root, output },
    putImage: async (image, format) => {
      const path = join(root, format === 'binary' ? 'image.bin' : 'image.hex');
      await writeFile(path, format === 'binary' ? binaryOf(image) : intelHexOf(image), { mode: 0o600 });
      return path;
    },
    readUid: async () => {
      const bytes = await readFile(output).catch(() => null);
      return bytes === null || bytes.length === 0 || bytes.length > MOST_UID_BYTES
        ? null
        : bytes.toString('hex');
    },
    dispose: () => rm(root, { recursive: true, force: true }),
  };
}

/** The program file is the one that the recipe was made for. Rejects with `port-missing` or `bad-argument`. */
export async function checkTool({ path, sha256 }: ToolDescription): Promise<void> {
  if (!isAbsolute(path)) throw refused('The path of the tool is not absolute.', { tool: path });
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash).catch((cause: unknown) => {
    throw new DriverError('port-missing', 'The tool is not on this station.', {
      ...{ chip: 'untouched', context: { tool: path }, cause },
    });
  });
  const found = hash.digest('hex');
  if (found !== sha256)
    throw refused('The tool is not the one that the job was made for.', { tool: path, found });
}

function binaryOf(image: Image): Uint8Array {
  const start = addressOf(image);
  const last = image.segments.at(-1);
  const length = last === undefined ? 0 : last.address + last.bytes.length - start;
  if (length > MOST_BINARY_BYTES)
    throw new DriverError('image-range', 'The image is too large to be one binary file.', {
      ...{ chip: 'untouched', context: { bytes: length } },
    });
  const bytes = new Uint8Array(length).fill(ERASED);
  for (const segment of image.segments) bytes.set(segment.bytes, segment.address - start);
  return bytes;
}

export const addressOf = (image: Image): number => image.segments[0]?.address ?? 0;

const refused = (message: string, context: Record<string, string>): DriverError =>
  new DriverError('bad-argument', message, { chip: 'untouched', context });
