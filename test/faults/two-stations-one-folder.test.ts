import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { buildRenderer } from '#scripts/build.ts';

const script = join(import.meta.dirname, '..', '..', 'scripts', 'start.ts');

function start(dataDir: string): ChildProcess {
  const args = ['--web', '--no-open', '--data-dir', dataDir, '--bench-sites', '1'];
  return spawn(process.execPath, [script, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
}

it('the second start is refused, names the first and changes nothing', { timeout: 120_000 }, async () => {
  await buildRenderer();
  const dataDir = await mkdtemp(join(tmpdir(), 'rootline-twice-'));
  const first = start(dataDir);
  try {
    const [link] = (await once(createInterface({ input: first.stdout! }), 'line')) as [string];
    expect(link).toMatch(/^http:\/\/127\.0\.0\.1:/);
    const second = start(dataDir);
    const [said, [code]] = await Promise.all([
      text(second.stderr!),
      once(second, 'exit') as Promise<[number]>,
    ]);
    expect(code).toBe(1);
    expect(said).toContain('This station is already running.');
    expect(said).toContain(`Process ${first.pid}`);
    expect(first.exitCode).toBeNull();
  } finally {
    const ended = once(first, 'exit');
    first.kill('SIGTERM');
    await ended;
    await rm(dataDir, { recursive: true, force: true });
  }
});
