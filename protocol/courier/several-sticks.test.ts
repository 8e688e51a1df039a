import { execFile } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, it } from 'vitest';
import {
  cloudInbox,
  collect,
  newWorld,
  noisyLines,
  upward,
  withFolder,
  type CourierWorld,
} from './courier-fixtures.ts';
import { CourierError } from './errors.ts';
import { freeBytes } from './whole-file.ts';
import { CourierWriter } from './writer.ts';

let world: CourierWorld;
beforeAll(async () => {
  world = await newWorld();
});

it('a stick without room is refused before anything is written on it', () =>
  withFolder(async (folder) => {
    const keepFreeBytes = (await freeBytes(folder)) * 2;
    const source = { framing: 'lines' as const, lines: ['a'] };
    const writer = new CourierWriter(upward(world), source, world.up, { keepFreeBytes });
    await expect(writer.writeTo(folder)).rejects.toMatchObject({
      code: 'disk-full',
      context: { whole: 0, part: 1 },
    });
    expect(await readdir(folder)).toEqual([]);
  }));

/** Writes 64 KiB where the shell lets no file grow beyond 32 KiB: the kernel refuses in the middle of a part. */
const REFUSED = `
  const { newWorld, noisyLines, upward } = await import(process.argv[1] + '/courier-fixtures.ts');
  const { CourierWriter } = await import(process.argv[1] + '/writer.ts');
  const world = await newWorld();
  const source = { framing: 'lines', lines: noisyLines(1_500) };
  const writer = new CourierWriter(upward(world), source, world.up, { maxPartBytes: 65_536 });
  const error = await writer.writeTo(process.argv[2]).catch((caught) => caught);
  console.log(JSON.stringify({ code: error.code, cause: error.cause?.code, whole: error.context.whole }));
`;

it('a write that the operating system refuses half-way leaves nothing behind', () =>
  withFolder(async (folder) => {
    const script = 'ulimit -f 32; exec "$0" --input-type=module -e "$1" "$2" "$3"';
    const args = ['-c', script, process.execPath, REFUSED, import.meta.dirname, folder];
    const { stdout } = await promisify(execFile)('bash', args);
    expect(JSON.parse(stdout)).toEqual({ code: 'disk-full', cause: 'EFBIG', whole: 0 });
    expect(await readdir(folder)).toEqual([]);
  }));

it('a transfer goes on on the next stick with the part that found no room, and is whole with both', () =>
  withFolder(async (folder) => {
    const [first, second, work] = ['first', 'second', 'work'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    await Promise.all([mkdir(first), mkdir(second)]);
    const lines = noisyLines(500);
    // The room that must stay free grows beyond what there is once three parts are written.
    const options = {
      maxPartBytes: 16_384,
      keepFreeBytes: 0,
      onPart: ({ index }: { index: number }) => {
        if (index === 3) options.keepFreeBytes = Number.MAX_SAFE_INTEGER;
      },
    };
    const writer = new CourierWriter(upward(world), { framing: 'lines', lines }, world.up, options);
    const full: unknown = await writer.writeTo(first).catch((error: unknown) => error);
    expect(full).toBeInstanceOf(CourierError);
    expect(full).toMatchObject({ code: 'disk-full', context: { whole: 3, part: 4 } });
    expect(writer.written.map(({ index }) => index)).toEqual([1, 2, 3]);
    expect(await readdir(first)).toHaveLength(3);
    options.keepFreeBytes = 0;
    options.onPart = () => undefined;
    const { transferId, parts } = await writer.writeTo(second);
    expect(await readdir(second)).toHaveLength(parts.length - 3);
    const inbox = cloudInbox(world, work);
    await inbox.scan(second);
    await inbox.scan(first);
    const opened = await inbox.open(transferId);
    expect(await collect(opened.messages())).toEqual(lines);
  }));

it('a folder that is no folder is the error of the operating system, and the part is not lost', () =>
  withFolder(async (folder) => {
    const source = { framing: 'lines' as const, lines: ['a'] };
    const writer = new CourierWriter(upward(world), source, world.up);
    await expect(writer.writeTo(join(folder, 'unplugged'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await writer.writeTo(folder)).toMatchObject({ lines: 1 });
  }));

it('giving up ends the source', () =>
  withFolder(async (folder) => {
    let ended = false;
    function* lines() {
      try {
        for (;;) yield noisyLines(1)[0]!;
      } finally {
        ended = true;
      }
    }
    const abort = new AbortController();
    const options = { maxPartBytes: 16_384, signal: abort.signal, onPart: () => abort.abort() };
    const writer = new CourierWriter(upward(world), { framing: 'lines', lines: lines() }, world.up, options);
    await expect(writer.writeTo(folder)).rejects.toMatchObject({ name: 'AbortError' });
    await writer.close();
    expect(ended).toBe(true);
    expect(writer.written).toHaveLength(1);
  }));
