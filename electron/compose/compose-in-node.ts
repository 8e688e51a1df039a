import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnForked } from '#drivers/host/fork.ts';
import { startNodeBench } from './bench-process.ts';
import { composeStation, type ComposeOptions } from './compose-station.ts';
import type { RunningStation } from './running-station.ts';

type NodeOptions = Pick<ComposeOptions, 'dataDir' | 'demo' | 'passphrase' | 'notify' | 'bench'>;

/** A station under plain Node, from source: for the web host, the demo, the benchmarks and the tests. */
export function composeInNode(options: NodeOptions): Promise<RunningStation> {
  const root = join(import.meta.dirname, '..', '..');
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return composeStation({
    ...options,
    resources: join(root, 'resources'),
    noticesFile: join(root, 'THIRD-PARTY-NOTICES.txt'),
    version: manifest.version,
    spawnDriverHost: () => spawnForked(join(root, 'native-drivers', 'host', 'main.ts')),
    startBench: (args) => startNodeBench(join(root, 'native-drivers', 'virtual', 'main.ts'), args),
  });
}
