import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { BenchControl } from '#drivers/virtual/control-client.ts';
import { benchSite } from './hands.ts';
import { openScreen, pictureOfFailure, type OpenScreen } from './screen.ts';
import { insert, openBatch, signIn, site, takeOut, until } from './steps.ts';

/** The cable of one site is pulled while its flash is written, and plugged in again. */
describe('a cable pulled in mid-write', { timeout: 60_000 }, () => {
  let screen: OpenScreen;
  let page: Page;
  let bench: BenchControl;

  beforeAll(async () => {
    screen = await openScreen({ speed: 'wire' });
    page = screen.page;
    await signIn(page, 'operator');
    await openBatch(page, 'LOT-C', 4);
    bench = await benchSite(page, 'A1');
  });
  afterEach(({ task }) => pictureOfFailure(screen, task));
  afterAll(async () => {
    await bench.close();
    await screen.close();
  });

  it('is shown at once: what happened, what is known of the chip, what to do', async () => {
    await insert(page, 'A1');
    await insert(page, 'A2');
    await site(page, 'A1')
      .getByText(/Write · \d+/)
      .waitFor();
    await bench.cable(false);
    await until(page, 'A1', 'failed', 'unknown');
    const text = (await site(page, 'A1').innerText()).replaceAll(/\s+/g, ' ');
    expect(text).toContain('Cable lost during program');
    await screen.shot('cable-1-pulled-during-program');
  });

  it('does not disturb the other sites', async () => {
    await until(page, 'A2', 'passed');
  });

  it('is made good by plugging the cable in: the same part passes', async () => {
    await bench.cable(true);
    await page.keyboard.press('F9');
    await page
      .locator('[data-testid="site-A1"][data-state="failed"], [data-testid="site-A1"][data-state="passed"]')
      .waitFor();
    await screen.shot('cable-2-plugged-in-again');
    const again = site(page, 'A1').getByRole('button', { name: 'Try again' });
    await again.waitFor();
    await again.click();
    await until(page, 'A1', 'passed');
    await page.getByTestId('made').getByText('2 / 4').waitFor();
    await screen.shot('cable-3-same-part-passed');
    await takeOut(page, 'A1');
    await until(page, 'A1', 'empty');
  });

  it('shows an empty site without its cable as offline, and back', async () => {
    await bench.cable(false);
    await until(page, 'A1', 'offline');
    await screen.shot('cable-4-site-offline');
    await bench.cable(true);
    await until(page, 'A1', 'empty');
  });

  it('left no error in the console', () => {
    expect(screen.problems).toEqual([]);
  });
});
