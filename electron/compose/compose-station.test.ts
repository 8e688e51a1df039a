import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { spawnForked } from '#drivers/host/fork.ts';
import type { Store } from '#store/api.ts';
import { openStore } from '#store/open.ts';
import { startNodeBench } from './bench-process.ts';
import { composeStation } from './compose-station.ts';

const root = join(import.meta.dirname, '..', '..');
let dataDir: string;
let first: Store;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'rootline-compose-'));
  first = await openStore({ dataDir });
});
afterEach(async () => {
  await first.close();
  await rm(dataDir, { recursive: true });
});

it('a start that fails leaves no child process behind, though both began before it failed', async () => {
  const ended: string[] = [];
  const starting = composeStation({
    ...{ dataDir, demo: true, passphrase: null, version: '0', notify: () => undefined },
    resources: join(root, 'resources'),
    noticesFile: join(root, 'THIRD-PARTY-NOTICES.txt'),
    bench: { sites: 1, speed: 'max' },
    spawnDriverHost: () => {
      const port = spawnForked(join(root, 'native-drivers', 'host', 'main.ts'));
      port.onExit(() => ended.push('drivers'));
      return port;
    },
    startBench: async (args) => {
      const bench = await startNodeBench(join(root, 'native-drivers', 'virtual', 'main.ts'), args);
      return { ...bench, stop: () => bench.stop().then(() => void ended.push('bench')) };
    },
  });
  await expect(starting).rejects.toMatchObject({ code: 'second-start' });
  expect(ended.sort()).toEqual(['bench', 'drivers']);
});

it('a bench that does not start is the reason that is told', async () => {
  await first.close();
  const starting = composeStation({
    ...{ dataDir, demo: true, passphrase: null, version: '0', notify: () => undefined },
    resources: join(root, 'resources'),
    noticesFile: join(root, 'THIRD-PARTY-NOTICES.txt'),
    spawnDriverHost: () => spawnForked(join(root, 'native-drivers', 'host', 'main.ts')),
    startBench: () => startNodeBench(join(root, 'native-drivers', 'virtual', 'main.ts'), ['--sites', '0']),
  });
  await expect(starting).rejects.toThrow('The virtual bench ended with code 2');
  first = await openStore({ dataDir });
});
