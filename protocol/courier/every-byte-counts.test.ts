import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import {
  cloudInbox,
  newWorld,
  noisyLines,
  upward,
  withFolder,
  writeLines,
  type CourierWorld,
} from './courier-fixtures.ts';
import { CourierError } from './errors.ts';
import { openPart } from './open.ts';

let world: CourierWorld;
/** A small part, and a larger one whose lengths take more octets. */
const files: Buffer[] = [];
beforeAll(async () => {
  world = await newWorld();
  await withFolder(async (folder) => {
    for (const lines of [['{"a":1}'], noisyLines(60)]) {
      const { parts } = await writeLines(folder, lines, world.up, upward(world));
      files.push(await readFile(parts[0]!.path));
    }
  });
});

const codeOf = (file: Buffer): Promise<string> =>
  openPart(file, world.atCloud).then(
    () => 'opened',
    (error: unknown) => (error instanceof CourierError ? error.code : String(error)),
  );

it('a file that ends early is cut off, wherever it ends', async () => {
  for (const file of files)
    for (let length = 0; length < file.length; length += length < 40 ? 1 : 97)
      expect([length, await codeOf(file.subarray(0, length))]).toEqual([length, 'cut-off']);
});

/** All eight bits of the bytes that tell the length and what it is; one of every byte behind them. */
const bitsAt = (at: number): number[] => (at < 40 ? [1, 2, 4, 8, 16, 32, 64, 128] : [1 << (at % 8)]);

it('a changed bit is found in every single byte, and is never taken for a file that ends early', async () => {
  const named = ['altered', 'wrong-addressee', 'not-courier', 'too-large'];
  for (const [at, byte] of files[0]!.entries())
    for (const bit of bitsAt(at)) {
      const changed = Buffer.from(files[0]!);
      changed[at] = byte ^ bit;
      const code = await codeOf(changed);
      expect([at, bit, named.includes(code) ? 'named' : code]).toEqual([at, bit, 'named']);
    }
});

it('behind the head of the file and the name of the addressee, a changed byte is altered and nothing else', async () => {
  const changes = fc.tuple(fc.nat({ max: 1_000_000 }), fc.integer({ min: 1, max: 255 }));
  await fc.assert(
    fc.asyncProperty(changes, async ([place, bits]) => {
      const file = Buffer.from(files[1]!);
      const at = 200 + (place % (file.length - 200));
      file[at] = (file[at] ?? 0) ^ bits;
      expect(await codeOf(file)).toBe('altered');
    }),
    { numRuns: 300 },
  );
});

it('bytes put in, taken out, doubled or exchanged are named, and so is any rubbish', async () => {
  const named = ['altered', 'wrong-addressee', 'not-courier', 'cut-off'];
  const at = fc.nat({ max: files[0]!.length });
  const some = fc.uint8Array({ maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(at, at, some, async (from, to, put) => {
      const file = files[0]!;
      const changed = Buffer.concat([file.subarray(0, from), put, file.subarray(to)]);
      const code = changed.equals(file) ? 'opened' : 'named';
      const found = await codeOf(changed);
      expect(named.includes(found) ? 'named' : found).toBe(code);
    }),
    { numRuns: 400 },
  );
  await fc.assert(
    fc.asyncProperty(some, async (rubbish) => {
      expect(named).toContain(await codeOf(Buffer.from(rubbish)));
    }),
  );
});

it('a transfer of which one byte was changed hands out nothing', () =>
  withFolder(async (folder) => {
    const stick = join(folder, 'stick');
    const { transferId, parts } = await writeLines(stick, noisyLines(300), world.up, upward(world));
    const victim = parts[1]!.path;
    const file = await readFile(victim);
    file[file.length >> 1] = (file[file.length >> 1] ?? 0) ^ 1;
    await writeFile(victim, file);
    const inbox = cloudInbox(world, join(folder, 'work'));
    const { faults, taken } = await inbox.scan(stick);
    expect(faults.map(({ path, error }) => [path, error.code])).toEqual([[victim, 'altered']]);
    expect(taken).toBe(parts.length - 1);
    await expect(inbox.open(transferId)).rejects.toMatchObject({
      code: 'missing-part',
      context: { missing: [2] },
    });
  }));

it('a copy that went bad in the working folder is thrown out, and the stick mends it', () =>
  withFolder(async (folder) => {
    const [stick, work] = [join(folder, 'stick'), join(folder, 'work')];
    const { transferId, parts } = await writeLines(stick, noisyLines(300), world.up, upward(world));
    const inbox = cloudInbox(world, work);
    await inbox.scan(stick);
    const kept = join(work, transferId, (await readdir(join(work, transferId)))[0]!);
    await writeFile(kept, (await readFile(kept)).subarray(0, 500));
    await expect(inbox.open(transferId)).rejects.toMatchObject({ code: 'cut-off' });
    expect((await inbox.scan(stick)).taken).toBe(1);
    const opened = await inbox.open(transferId);
    expect(opened.payloads).toHaveLength(parts.length);
  }));

it('a copy that changes between the two passes ends the reading before its messages', () =>
  withFolder(async (folder) => {
    const [stick, work] = [join(folder, 'stick'), join(folder, 'work')];
    const transfer = upward(world);
    const { transferId } = await writeLines(stick, ['true'], world.up, transfer);
    const inbox = cloudInbox(world, work);
    await inbox.scan(stick);
    const opened = await inbox.open(transferId);
    // Sealed anew by the same sender for the same place: valid by itself, but not what was checked.
    const { parts } = await writeLines(stick, ['false'], world.up, transfer);
    await writeFile(join(work, transferId, '0001.rlc'), await readFile(parts[0]!.path));
    await expect(opened.messages().next()).rejects.toMatchObject({ code: 'altered' });
  }));
