import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  leaveUnknown,
  openDemoBatch,
  openHands,
  openTestStation,
  startBench,
  type OpenStation,
  type TestHands,
} from '../integration/harness.ts';

let dataDir: string;
let bench: Awaited<ReturnType<typeof startBench>>;
let hands: TestHands;
let open: OpenStation;
const start = () => openTestStation({ dataDir, bench: bench.sites, hands });
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'rootline-restart-'));
  bench = await startBench(1);
  hands = await openHands(bench.sites);
  open = await start();
  await openDemoBatch(open.call, 3);
});
afterEach(async () => {
  await open.close();
  await hands.close();
  await bench.stop();
  await rm(dataDir, { recursive: true });
});

it('waits for its part after a restart, takes no other one for it, and reads it when it is back', async () => {
  const uid = await leaveUnknown(open, hands, 'A1');
  await open.close();
  await hands.remove('A1');
  await hands.cable('A1', true);
  open = await start();
  expect(await open.until('A1', 'unknown')).toMatchObject({ part: false, run: { chipUid: uid } });
  await hands.insert('A1');
  const other = await open.untilSite('A1', ({ run }) => run?.error?.code === 'chip-swapped');
  expect(other).toMatchObject({
    state: 'unknown',
    run: { error: { what: 'Another part is in the socket' } },
  });
  expect((await open.call('batches.current', {})).batch?.counts).toMatchObject({ unknown: 1, attempts: 1 });
  await hands.remove('A1');
  await hands.insertPart('A1', uid);
  const read = await open.until('A1', 'passed', 'failed');
  const locked = (await hands.control('A1').status()).dlm === 'LCK_BOOT';
  expect(read.state).toBe(locked ? 'passed' : 'failed');
});
