import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  expectAllThere,
  joinedStation,
  makeUnits,
  openTestBatch,
  quickPace,
  START_MS,
  startTestCloud,
  type TestCloud,
} from './sync.test-support.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
let test: TestCloud;
let child: ChildProcess | null = null;
beforeAll(async () => {
  test = await startTestCloud();
}, START_MS);
afterAll(async () => {
  child?.kill('SIGKILL');
  await test.dispose();
});

/** The cloud as a process of its own on the same folder, behind the same line. */
async function startProcess(): Promise<ChildProcess> {
  const ports = ['--port', '0', '--station-port', '0', '--json'];
  const started = spawn(
    process.execPath,
    [join(root, 'scripts/cloud.ts'), '--data-dir', test.dataDir, ...ports],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ROOTLINE_LOG_LEVEL: 'silent' },
    },
  );
  const [line] = (await once(createInterface({ input: started.stdout }), 'line')) as [string];
  const { stationUrl } = JSON.parse(line) as { stationUrl: string };
  test.proxy.target = Number(new URL(stationUrl).port);
  return started;
}

it(
  'killed in the middle of a request: goes on where its database stands',
  { timeout: START_MS },
  async () => {
    const timeouts = { connect: 4_000, headers: 5_000, idle: 5_000 };
    const { station, stationId } = await joinedStation(test, { line: { pace: quickPace(), timeouts } });
    const batch = await openTestBatch(station.store);
    await station.call('sync.pause', { paused: true });
    await station.until(({ state }) => state === 'paused');
    await test.stop();
    await makeUnits(station.store, batch, 600);
    child = await startProcess();
    // It dies once some of the records have reached it.
    const { bytesUp } = test.proxy;
    test.proxy.chaos.seen = () => {
      if (test.proxy.bytesUp - bytesUp > 40_000) child?.kill('SIGKILL');
    };
    await station.call('sync.pause', { paused: false });
    await once(child, 'exit');
    test.proxy.chaos = {};
    const off = await station.until(({ state }) => state === 'offline');
    expect(['cut', 'refused', 'timeout']).toContain(off.error?.code);
    expect(off.error?.next).toContain('Nothing to do');
    await test.restart();
    await station.call('sync.now', {});
    await station.until(({ state, waiting }) => state === 'online' && waiting === 0);
    await expectAllThere(test, station, stationId, 600);
    expect(station.defects).toEqual([]);
    await station.dispose();
  },
);
