import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { BenchControl } from '#drivers/virtual/control-client.ts';
import { benchSite, pressUntil, scan } from './hands.ts';
import { openScreen, pictureOfFailure, type OpenScreen } from './screen.ts';
import { until } from './steps.ts';

const button = (name: string): string => `button:has-text("${name}")`;

/** The whole path with keys and scans alone; parts go in and out by hand, as at a real fixture. No pointer moves. */
describe('keyboard and scanner', { timeout: 60_000 }, () => {
  let screen: OpenScreen;
  let page: Page;
  let bench: BenchControl | undefined;

  beforeAll(async () => {
    screen = await openScreen({ speed: 'max' });
    page = screen.page;
  });
  afterEach(({ task }) => pictureOfFailure(screen, task));
  afterAll(async () => {
    await bench?.close();
    await screen.close();
  });

  it('refuses a badge that nobody has', async () => {
    await scan(page, 'BADGE-999-NOBODY');
    await page.getByRole('alert').waitFor();
    await screen.shot('keys-1-badge-refused');
  });

  it('signs in by badge', async () => {
    await scan(page, 'BADGE-114-MARA');
    await page.getByText('Ready for the next batch').waitFor();
    bench = await benchSite(page, 'A1');
  });

  it('opens and closes the help by key', async () => {
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('Keys and scanner').waitFor();
    await screen.shot('keys-2-help');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('politely refuses a scan that means nothing, and presses nothing by it', async () => {
    await pressUntil(page, 'Tab', button('New batch'));
    await scan(page, 'EAN 4006381333931 ?');
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
    await page.getByText('Ready for the next batch').waitFor();
    await screen.shot('keys-3-scan-refused');
  });

  it('prepares and starts a batch', async () => {
    await scan(page, 'RL1;J=TH4;L=LOT-S;Q=2');
    await page.getByRole('img', { name: 'Step 5, done' }).waitFor();
    await pressUntil(page, 'Tab', 'input[type="checkbox"]');
    await page.keyboard.press('Space');
    await page.getByText('All green').waitFor();
    await pressUntil(page, 'Tab', button('Start batch'));
    await page.keyboard.press('Enter');
    await until(page, 'A1', 'empty');
  });

  it('makes two units; arrows and Enter open a site, Escape closes it', async () => {
    for (const round of [1, 2]) {
      await bench!.insert();
      await until(page, 'A1', 'passed');
      await page.getByTestId('made').getByText(`${round} / 2`).waitFor();
      await bench!.remove();
      await until(page, 'A1', 'empty');
    }
    await pressUntil(page, 'Tab', '[data-site-button]');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page
      .getByRole('dialog')
      .getByRole('heading', { name: /Site A2/ })
      .waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('closes, exports, and is ready for the next traveller', async () => {
    await pressUntil(page, 'Tab', button('Close batch'));
    await page.keyboard.press('Enter');
    await page.getByText('Close the batch').waitFor();
    await pressUntil(page, 'Tab', button('Close batch'));
    await page.keyboard.press('Enter');
    await page.getByText('Batch closed').waitFor();
    await pressUntil(page, 'Tab', button('Export'));
    await page.keyboard.press('Enter');
    await page.getByTestId('export-result').waitFor();
    await pressUntil(page, 'Tab', button('Done'));
    await page.keyboard.press('Enter');
    await page.getByText('Ready for the next batch').waitFor();
    expect(screen.problems).toEqual([]);
  });
});
