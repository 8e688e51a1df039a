import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Store } from '#store/api.ts';
import {
  openDemoBatch,
  openHands,
  openTestStation,
  startBench,
  type OpenStation,
  type TestHands,
} from '../integration/harness.ts';
import { withStore } from './station-wraps.test-support.ts';

let dataDir: string;
let bench: Awaited<ReturnType<typeof startBench>>;
let hands: TestHands;
let open: OpenStation;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'rootline-full-'));
  bench = await startBench(1);
  hands = await openHands(bench.sites);
});
afterEach(async () => {
  await open.close();
  await hands.close();
  await bench.stop();
  await rm(dataDir, { recursive: true });
});

/** Uses up what the disk still has: large values first, then audit entries until not even one of them fits. */
async function fill(store: Store): Promise<void> {
  for (const size of [100_000, 10_000, 1]) {
    for (let full = false, n = 0; !full; n += 1) {
      const written =
        size === 1
          ? store.audit.append({ actor: 'test', action: 'fill', subject: 'disk' })
          : store.settings.set(`fill.${size}.${n}`, 'x'.repeat(size), 'test');
      full = await written.then(
        () => false,
        () => true,
      );
    }
  }
}

/** A station whose disk is full from the moment that the intent of `phase` stands. */
async function fullFrom(phase: string): Promise<void> {
  const wrap = withStore((store) => ({
    runs: {
      ...store.runs,
      intent: async (entry) => {
        const sequence = await store.runs.intent(entry);
        if (entry.phase === phase) await fill(store);
        return sequence;
      },
      evidence: async (entry) => {
        const sequence = await store.runs.evidence(entry);
        if (entry.next?.phase === phase) await fill(store);
        return sequence;
      },
    },
  }));
  open = await openTestStation({ dataDir, bench: bench.sites, hands, maxPages: 500, wrap });
  await openDemoBatch(open.call, 2);
}

const restartWithRoom = async (): Promise<void> => {
  await open.close();
  open = await openTestStation({ dataDir, bench: bench.sites, hands });
};

it('at the lock: the part is locked, the screen says so and asks to read it back, and nothing is lost', async () => {
  await fullFrom('lock');
  await hands.insert('A1');
  const uid = await hands.uid('A1');
  const unknown = await open.until('A1', 'passed', 'failed', 'unknown');
  expect(unknown).toMatchObject({
    state: 'unknown',
    run: {
      chipUid: uid,
      error: {
        code: 'disk-full',
        what: 'The disk is full: nothing can be recorded',
        next: 'Leave the part in, press Read back.',
        retry: false,
      },
    },
  });
  const again = await open.call('sites.readBack', { site: 'A1' });
  expect(again).toMatchObject({ state: 'unknown', run: { error: { code: 'disk-full' } } });
  await expect(open.call('sites.start', { site: 'A1' })).rejects.toMatchObject({
    view: { code: 'site-not-ready' },
  });

  await restartWithRoom();
  const settled = await open.until('A1', 'passed', 'failed');
  const locked = (await hands.control('A1').status()).dlm === 'LCK_BOOT';
  expect([settled.state, locked]).toEqual(['passed', true]);
  const { batch } = await open.call('batches.current', {});
  expect(batch?.counts).toMatchObject({ made: 1, unknown: 0, running: 0, debited: 1 });
  expect(await open.store.audit.verify()).toBeNull();
});

it('before the lock: nothing is locked, and after a restart the part may be started again', async () => {
  await fullFrom('program');
  await hands.insert('A1');
  const full = await open.until('A1', 'passed', 'failed', 'unknown');
  expect(full).toMatchObject({
    state: 'unknown',
    run: { error: { code: 'disk-full', chip: 'Not locked.' } },
  });
  await hands.remove('A1');
  await hands.insert('A1');
  expect((await open.until('A1', 'unknown')).run?.error?.code).toBeDefined();

  const uid = full.run!.chipUid!;
  await hands.remove('A1');
  await hands.insertPart('A1', uid);
  await restartWithRoom();
  const failed = await open.until('A1', 'passed', 'failed');
  expect(failed.run?.error).toMatchObject({ code: 'interrupted', chip: 'Not locked.', retry: true });
  await open.call('sites.start', { site: 'A1' });
  expect((await open.until('A1', 'passed')).run).toMatchObject({ chipUid: uid, attempt: 2 });
  const { batch } = await open.call('batches.current', {});
  expect(batch?.counts).toMatchObject({ made: 1, failed: 0, unknown: 0, debited: 1 });
});
