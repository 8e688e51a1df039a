import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildElectron, buildRenderer } from '#scripts/build.ts';
import { electronBinary } from '#scripts/fetch-electron.ts';

const root = join(import.meta.dirname, '..', '..');

describe('the station in Electron', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'rootline-app-'));
  let app: ElectronApplication;
  let page: Page;

  beforeAll(async () => {
    const executablePath = electronBinary();
    if (executablePath === null) throw new Error('The Electron binary is not on this machine.');
    await buildRenderer();
    await buildElectron();
    app = await _electron.launch({ executablePath, args: [root, '--data-dir', dataDir] });
    page = await app.firstWindow();
  });
  afterAll(async () => {
    await app.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('shows the sign-in page', async () => {
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await page.screenshot({ path: join(root, 'test', 'output', 'electron-sign-in.png') });
  });

  it('gives the page no Node, and the bridge two functions', async () => {
    const seen = await page.evaluate(() => ({
      node: typeof (globalThis as { require?: unknown; process?: unknown }).require,
      bridge: Object.keys((globalThis as unknown as { rootline: object }).rootline).sort(),
    }));
    expect(seen).toEqual({ node: 'undefined', bridge: ['call', 'subscribe'] });
  });

  it('goes nowhere else', async () => {
    await page.evaluate("location.href = 'https://example.org/'");
    expect(page.url()).toMatch(/^rootline:\/\/station\//);
    expect(await page.evaluate("window.open('https://example.org/')")).toBeNull();
  });

  it('signs an operator in and finds four sites', async () => {
    await page.keyboard.type('1140');
    await page.keyboard.press('Enter');
    await page.getByText('Sites · 4 of 4 can work').waitFor();
  });
});
