import { appendFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it, vi } from 'vitest';
import {
  cloudInbox,
  newWorld,
  noisyLines,
  upward,
  withFolder,
  writeLines,
  type CourierWorld,
} from './courier-fixtures.ts';
import type { FileFault } from './inbox.ts';
import type { TransferState } from './transfer-state.ts';
import { watchCourier, type CourierWatch } from './watch.ts';

let world: CourierWorld;
beforeAll(async () => {
  world = await newWorld();
});

interface Heard {
  transfers: TransferState[];
  faults: FileFault[];
  folder: boolean[];
  errors: unknown[];
}

/** A watch on `<folder>/stick`, closed afterwards. Polls fast so that nothing hangs on the system's events. */
async function watching(
  folder: string,
  settleMs: number,
  use: (heard: Heard, watch: CourierWatch) => Promise<void>,
): Promise<void> {
  const heard: Heard = { transfers: [], faults: [], folder: [], errors: [] };
  const watch = watchCourier({
    folder: join(folder, 'stick'),
    inbox: cloudInbox(world, join(folder, 'work')),
    onTransfer: (state) => void heard.transfers.push(state),
    onFault: (fault) => heard.faults.push(fault),
    onFolder: (present) => heard.folder.push(present),
    onError: (error) => heard.errors.push(error),
    ...{ settleMs, pollMs: 200 },
  });
  try {
    await use(heard, watch);
    expect(heard.errors).toEqual([]);
  } finally {
    await watch.close();
  }
}

const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 10_000, interval: 20 });

it('finds what is there at the start and what comes later, each transfer once', () =>
  withFolder(async (folder) => {
    const stick = join(folder, 'stick');
    const first = await writeLines(stick, ['a'], world.up, upward(world));
    await watching(folder, 50, async (heard, watch) => {
      await until(() => expect(heard.transfers).toHaveLength(1));
      await writeLines(stick, noisyLines(300), world.up, upward(world, 2, first.manifest));
      await until(() => expect(heard.transfers).toHaveLength(2));
      await watch.look();
      expect(heard.transfers.map(({ transfer }) => transfer.number)).toEqual([1, 2]);
      expect(heard.faults).toEqual([]);
    });
  }));

it('a file that is still being copied is no fault, however long it takes', () =>
  withFolder(async (folder) => {
    const { parts } = await writeLines(join(folder, 'elsewhere'), noisyLines(50), world.up, upward(world));
    const file = await readFile(parts[0]!.path);
    const copy = join(folder, 'stick', 'copy.rlc');
    await mkdir(join(folder, 'stick'));
    await watching(folder, 3_600_000, async (heard, watch) => {
      for (let at = 0; at < file.length; at += 1_500) {
        await appendFile(copy, file.subarray(at, at + 1_500));
        await watch.look();
      }
      await until(() => expect(heard.transfers).toHaveLength(1));
      expect(heard.faults).toEqual([]);
    });
  }));

it('a file that shows its full size before its bytes are there is no fault either', () =>
  withFolder(async (folder) => {
    const { parts } = await writeLines(join(folder, 'elsewhere'), ['a'], world.up, upward(world));
    const file = await readFile(parts[0]!.path);
    await mkdir(join(folder, 'stick'));
    const copy = join(folder, 'stick', 'copy.rlc');
    await watching(folder, 3_600_000, async (heard, watch) => {
      await writeFile(copy, Buffer.concat([file.subarray(0, 900), Buffer.alloc(file.length - 900)]));
      await watch.look();
      await writeFile(copy, file);
      await until(() => expect(heard.transfers).toHaveLength(1));
      expect(heard.faults).toEqual([]);
    });
  }));

it('a file that stays cut off is named once, and taken in when it is copied again', () =>
  withFolder(async (folder) => {
    const stick = join(folder, 'stick');
    const { parts } = await writeLines(stick, ['a'], world.up, upward(world));
    const { path } = parts[0]!;
    const file = await readFile(path);
    await writeFile(path, file.subarray(0, 700));
    await watching(folder, 50, async (heard, watch) => {
      await until(() => expect(heard.faults).toHaveLength(1));
      await watch.look();
      expect(heard.faults.map(({ error }) => error.code)).toEqual(['cut-off']);
      await writeFile(path, file);
      await until(() => expect(heard.transfers).toHaveLength(1));
    });
  }));

it('a stick that is pulled out and another one that is put in are noticed', () =>
  withFolder(async (folder) => {
    const [stick, other] = [join(folder, 'stick'), join(folder, 'other')];
    await writeLines(other, ['a'], world.up, upward(world));
    await watching(folder, 50, async (heard) => {
      await until(() => expect(heard.folder).toEqual([false]));
      await mkdir(stick);
      await until(() => expect(heard.folder).toEqual([false, true]));
      await rm(stick, { recursive: true });
      await until(() => expect(heard.folder).toEqual([false, true, false]));
      await rename(other, stick);
      await until(() => expect(heard.transfers).toHaveLength(1));
    });
  }));

it('a listener that fails hears of the transfer again', () =>
  withFolder(async (folder) => {
    await writeLines(join(folder, 'stick'), ['a'], world.up, upward(world));
    const errors: unknown[] = [];
    let calls = 0;
    const watch = watchCourier({
      folder: join(folder, 'stick'),
      inbox: cloudInbox(world, join(folder, 'work')),
      onTransfer: () => {
        calls += 1;
        if (calls === 1) throw new Error('database busy');
      },
      onError: (error) => errors.push(error),
      pollMs: 50,
    });
    await until(() => expect(calls).toBe(2));
    await watch.close();
    expect(errors).toEqual([new Error('database busy')]);
  }));
