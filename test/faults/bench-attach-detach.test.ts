import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { existsSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BENCH_SETTING, parseBench, type SiteConfig } from '#services/sites/site-config.ts';
import { answerPrompts, openTestStation, type OpenStation } from '../integration/harness.ts';

const site: SiteConfig = {
  ...{ site: 'B1', row: 1, column: 0, link: null, target: 'ra8m1', programmer: 'None', virtual: false },
};
let dataDir: string;
let open: OpenStation;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'rootline-attach-'));
  open = await openTestStation({ dataDir, bench: [], sites: [site], hands: null });
});
afterEach(async () => {
  await open.close();
  await rm(dataDir, { recursive: true });
});

/** A pair of pseudo-terminals: a serial port with nothing at its other end. */
async function serialPort(path: string) {
  const seen = new Promise<void>((resolve) => {
    const watcher = watch(dataDir, () => {
      if (!existsSync(path)) return;
      watcher.close();
      resolve();
    });
  });
  const child = spawn('socat', [`pty,raw,echo=0,link=${path}`, 'pty,raw,echo=0'], { stdio: 'ignore' });
  await seen;
  return async (): Promise<void> => {
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  };
}

it('a real port is bound to a site, tested, unplugged and let go, and the bench remembers it', async () => {
  const path = join(dataDir, 'port');
  const unplug = await serialPort(path);
  const engineer = open.callAs('engineer');
  const control = { kind: 'operator' } as const;
  const bench = async () => parseBench(await open.store.settings.get(BENCH_SETTING));

  const attached = await engineer('bench.attach', { site: 'B1', path, target: 'ra8m1', control });
  expect(attached).toMatchObject({ id: 'B1', port: path, online: true, control: 'By hand', error: null });
  expect(await bench()).toMatchObject([{ site: 'B1', link: { path }, virtual: false }]);
  expect(await open.until('B1', 'ready')).toMatchObject({ part: null });
  const asked = answerPrompts(open, 'B1');
  const { ok, steps } = await engineer('bench.selfTest', { site: 'B1' });
  expect(asked()).toEqual(expect.arrayContaining(['mode-boot', 'reset']));
  expect(ok).toBe(false);
  expect(steps.map(({ state }) => state)).toEqual(['ok', 'ok', 'skipped', 'failed']);
  await expect(engineer('bench.attach', { site: 'B1', path, target: 'z80', control })).rejects.toMatchObject({
    view: { code: 'target-unknown' },
  });

  await unplug();
  expect((await open.until('B1', 'offline')).error?.code).toBe('port-gone');
  await engineer('bench.detach', { site: 'B1' });
  expect(await bench()).toMatchObject([{ site: 'B1', link: null, programmer: 'None' }]);
  const missing = await engineer('bench.attach', { site: 'B1', path, target: 'ra8m1', control });
  expect(missing).toMatchObject({ online: false, error: { code: 'port-missing' } });
});

it('a board at a label that the bench does not know yet makes a new site there', async () => {
  const path = join(dataDir, 'port');
  const unplug = await serialPort(path);
  const engineer = open.callAs('engineer');
  const attached = await engineer('bench.attach', {
    ...{ site: 'C4', path, target: 'ra8m1' },
    control: { kind: 'operator' },
  });
  expect(attached).toMatchObject({ id: 'C4', row: 2, column: 3, port: path, online: true });
  const { sites } = await engineer('bench.get', {});
  expect(sites.map(({ id }) => id)).toEqual(['B1', 'C4']);
  expect(parseBench(await open.store.settings.get(BENCH_SETTING))).toMatchObject([
    { site: 'B1' },
    { site: 'C4' },
  ]);
  await unplug();
});
