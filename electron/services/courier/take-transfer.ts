import { createReadStream } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { courierDownLine, type CourierDownLine } from '#protocol/courier-content.ts';
import type { OpenedTransfer } from '#protocol/courier/inbox.ts';
import { downError } from '#services/sync/down/down-error.ts';
import type { BlobSource } from '#services/sync/down/order-files.ts';
import { LineError } from '#services/sync/line/line-error.ts';

function parse(text: string): CourierDownLine {
  try {
    return courierDownLine.parse(JSON.parse(text));
  } catch (cause) {
    throw downError('down-format', {}, cause);
  }
}

/** Pieces of files into a working folder; their hashes are checked by whoever takes them from there. */
async function spool(
  folder: string,
  transfer: Pick<OpenedTransfer, 'messages'>,
): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for await (const text of transfer.messages()) {
    const line = parse(text);
    if (!('blob' in line)) continue;
    const file = join(folder, line.blob);
    const handle = await open(file, files.has(line.blob) ? 'r+' : 'w');
    files.set(line.blob, file);
    try {
      const bytes = Buffer.from(line.data, 'base64');
      await handle.write(bytes, 0, bytes.length, line.offset);
    } finally {
      await handle.close();
    }
  }
  return files;
}

/**
 * Goes over a transfer twice: files first, then the messages that name them, each in order. Resolves with how many
 * messages were new.
 */
export async function takeTransfer(
  transfer: Pick<OpenedTransfer, 'messages'>,
  folder: string,
  take: (jws: string, blobs: BlobSource) => Promise<boolean>,
): Promise<number> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    const files = await spool(folder, transfer);
    let taken = 0;
    for await (const text of transfer.messages()) {
      const line = parse(text);
      if ('jws' in line && (await take(line.jws, sourceOf(files)))) taken += 1;
    }
    return taken;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function sourceOf(files: ReadonlyMap<string, string>): BlobSource {
  return (sha256, offset) => {
    const file = files.get(sha256);
    if (file === undefined)
      return Promise.reject(
        new LineError('bad-answer', { details: { reason: 'file not in the transfer', sha256 } }),
      );
    return Promise.resolve({
      offset,
      body: createReadStream(file, { start: offset }) as AsyncIterable<Uint8Array>,
    });
  };
}
