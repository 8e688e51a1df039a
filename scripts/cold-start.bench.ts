import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';
import type { Figure } from './figure.ts';
import { buildRenderer } from './build.ts';
import { CHROMIUM_FLAGS } from './chromium-flags.ts';

/** From the process's start to the sign-in page in a browser: on a new data folder, and on one that exists. */
export async function benchColdStart(): Promise<Figure[]> {
  await buildRenderer();
  const dataDir = mkdtempSync(join(tmpdir(), 'rootline-start-'));
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: CHROMIUM_FLAGS });
  const start = async (): Promise<{ link: number; screen: number }> => {
    const begun = performance.now();
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, 'start.ts'), '--web', '--no-open', '--data-dir', dataDir],
      {
        stdio: ['pipe', 'pipe', 'ignore'],
      },
    );
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const link = performance.now() - begun;
    const page = await browser.newPage();
    await page.goto(line);
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    const screen = performance.now() - begun;
    await page.close();
    child.kill('SIGTERM');
    await once(child, 'exit');
    return { link, screen };
  };
  try {
    const first = await start();
    const again = await start();
    return [
      { name: 'first start of all: to the first screen', value: first.screen / 1000, unit: 's', goal: null },
      { name: 'later start: to the link', value: again.link / 1000, unit: 's', goal: null },
      { name: 'later start: to the first screen', value: again.screen / 1000, unit: 's', goal: null },
    ];
  } finally {
    await browser.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
