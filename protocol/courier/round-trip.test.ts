import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import {
  cloudInbox,
  collect,
  newWorld,
  noisyLines,
  upward,
  withFolder,
  writeLines,
  type CourierWorld,
} from './courier-fixtures.ts';
import { CourierInbox } from './inbox.ts';
import { CourierWriter } from './writer.ts';

let world: CourierWorld;
beforeAll(async () => {
  world = await newWorld();
});

it('lines come out as they went in, across parts, and no part is larger than asked for', () =>
  withFolder(async (folder) => {
    const lines = [...noisyLines(500), '', 'é\r', '{"last":true}'];
    const written = await writeLines(join(folder, 'stick'), lines, world.up, upward(world));
    expect(written.parts.length).toBeGreaterThan(3);
    for (const part of written.parts) expect(part.bytes).toBeLessThanOrEqual(16_384);
    const inbox = cloudInbox(world, join(folder, 'work'));
    const scan = await inbox.scan(join(folder, 'stick'));
    expect(scan).toMatchObject({ faults: [], taken: written.parts.length, duplicates: 0 });
    const opened = await inbox.open(written.transferId);
    expect(await collect(opened.messages())).toEqual(lines);
    expect(opened).toMatchObject({ manifest: written.manifest, lines: lines.length });
    expect(opened.signer).toMatchObject({ id: 'st-1', outsideValidity: false });
  }));

it('bytes travel down to the station, cut anywhere, in files named for people', () =>
  withFolder(async (folder) => {
    const chunks = [randomBytes(40_000), randomBytes(1), randomBytes(70_000)];
    const { station, cloud } = world;
    const transfer = { ...upward(world), direction: 'down' as const, from: cloud, to: station, number: 1 };
    const source = { framing: 'bytes' as const, chunks };
    const writer = new CourierWriter(transfer, source, world.down, { maxPartBytes: 32_768 });
    const { transferId } = await writer.writeTo(folder);
    expect((await readdir(folder))[0]).toBe('rl-down-cl-1-000001-0001.rlc');
    const lastTaken = () => Promise.resolve(null);
    const inbox = new CourierInbox({ folder: join(folder, 'work'), own: world.atStation, lastTaken });
    await inbox.scan(folder);
    const opened = await inbox.open(transferId);
    expect(Buffer.concat(await collect(opened.bytes()))).toEqual(Buffer.concat(chunks));
  }));

it('a transfer without a message is a transfer: its number counts', () =>
  withFolder(async (folder) => {
    const { transferId } = await writeLines(join(folder, 'stick'), [], world.up, upward(world));
    const inbox = cloudInbox(world, join(folder, 'work'));
    await inbox.scan(join(folder, 'stick'));
    const opened = await inbox.open(transferId);
    expect(await collect(opened.messages())).toEqual([]);
  }));

it('what is the same on each stick may be on all of them; what is kept outlives a restart, sealed', () =>
  withFolder(async (folder) => {
    const [stick, work] = [join(folder, 'stick'), join(folder, 'work')];
    const lines = noisyLines(300);
    const { transferId, parts } = await writeLines(stick, lines, world.up, upward(world));
    await cloudInbox(world, work).scan(parts.slice(1).map(({ path }) => path));
    const inbox = cloudInbox(world, work);
    const [state] = await inbox.list();
    expect(state).toMatchObject({ count: parts.length, missing: [1], complete: false });
    expect(await inbox.scan(stick)).toMatchObject({ taken: 1, duplicates: parts.length - 1 });
    const opened = await inbox.open(transferId);
    expect(await collect(opened.messages())).toEqual(lines);
    expect(await collect(opened.messages())).toEqual(lines);
    await inbox.discard(transferId);
    expect(await readdir(work)).toEqual([]);
    expect(await inbox.list()).toEqual([]);
  }));

it('several transfers come on one stick and are opened in the order of their numbers', () =>
  withFolder(async (folder) => {
    const stick = join(folder, 'stick');
    const first = await writeLines(stick, ['a'], world.up, upward(world, 1));
    await writeLines(stick, ['b'], world.up, upward(world, 2, first.manifest));
    const inbox = cloudInbox(world, join(folder, 'work'), { number: 1, manifest: first.manifest });
    const early = cloudInbox(world, join(folder, 'early'));
    await Promise.all([inbox.scan(stick), early.scan(stick)]);
    const states = await early.list();
    expect(states.map(({ transfer }) => transfer.number)).toEqual([1, 2]);
    const opened = await inbox.open(states[1]!.transfer.transferId);
    expect(await collect(opened.messages())).toEqual(['b']);
  }));

it('a line larger than a part is refused when it is written, not when it is read', () =>
  withFolder(async (folder) => {
    const lines = [randomBytes(40_000).toString('base64')];
    await expect(writeLines(folder, lines, world.up, upward(world))).rejects.toMatchObject({
      code: 'too-large',
    });
    expect(await readdir(folder)).toEqual([]);
  }));

it('a line feed inside a line is a mistake of the caller', () =>
  withFolder(async (folder) => {
    await expect(writeLines(folder, ['a\nb'], world.up, upward(world))).rejects.toThrow(TypeError);
  }));

it('a source that fails half-way makes no last part, and the writer does not pretend otherwise', () =>
  withFolder(async (folder) => {
    await mkdir(folder, { recursive: true });
    async function* failing() {
      yield* noisyLines(600);
      await Promise.reject(new Error('database gone'));
    }
    const source = { framing: 'lines' as const, lines: failing() };
    const writer = new CourierWriter(upward(world), source, world.up, { maxPartBytes: 16_384 });
    await expect(writer.writeTo(folder)).rejects.toThrow('database gone');
    await expect(writer.writeTo(folder)).rejects.toThrow('failed or was closed');
    const inbox = cloudInbox(world, join(folder, 'work'));
    const { transfers } = await inbox.scan(folder);
    expect(transfers[0]).toMatchObject({ complete: false, count: null });
    await expect(inbox.open(randomUUID())).rejects.toThrow(TypeError);
  }));
