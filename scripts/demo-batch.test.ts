import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SiteView } from '#contract/sites.ts';
import { callerOf } from '#compose/caller.ts';
import { composeInNode } from '#compose/compose-in-node.ts';
import type { RunningStation } from '#compose/running-station.ts';
import { runDemoBatch } from './demo-batch.ts';

let station: RunningStation;
let dataDir: string;
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'rootline-demo-batch-'));
  const bench = { sites: 1, speed: 'max', target: 'esp32c3' } as const;
  station = await composeInNode({ dataDir, demo: true, passphrase: null, notify: () => undefined, bench });
});
afterEach(async () => {
  await station.close();
  rmSync(dataDir, { recursive: true, force: true });
});

it('reads a part back whose answer was lost, counts it, and goes on with the next', async () => {
  const call = callerOf(station, 'engineer');
  const { people } = await call('session.people', {});
  const { id, pin = '' } = people.find(({ role }) => role === 'engineer')!;
  await call('session.signIn', { personId: id, pin });
  const seen: string[] = [];
  station.subscribe((topic, payload) => {
    const view = payload as SiteView;
    if (topic !== 'site.changed') return;
    // Before its first fuse is burned.
    if (!seen.includes('running') && view.state === 'running')
      void call('virtual.fault', { site: view.id, fault: 'lock-silent' });
    seen.push(view.state);
  });
  const result = await runDemoBatch(station, 2, () => undefined, 'TX1');
  expect(result).toMatchObject({ units: 2, passed: 1, failed: 1 });
  expect(seen).toContain('unknown');
});
