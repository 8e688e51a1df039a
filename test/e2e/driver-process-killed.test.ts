import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { BenchControl } from '#drivers/virtual/control-client.ts';
import { benchSite, callFromPage } from './hands.ts';
import { openScreen, pictureOfFailure, type OpenScreen } from './screen.ts';
import { openBatch, signIn, site, until } from './steps.ts';

async function driverPid(page: Page): Promise<number> {
  const { value } = await callFromPage(page, 'station.get', {});
  return (value as { driver: { pid: number } }).driver.pid;
}

/** The process that owns all ports dies in mid-run, as by `kill -9`: the station lives on and says so. */
describe('the driver process killed', { timeout: 60_000 }, () => {
  let screen: OpenScreen;
  let page: Page;
  let first = 0;
  let hands: BenchControl[] = [];

  beforeAll(async () => {
    screen = await openScreen({ speed: 'wire' });
    page = screen.page;
    await signIn(page, 'operator');
    await openBatch(page, 'LOT-K', 4);
    hands = [await benchSite(page, 'A1'), await benchSite(page, 'A2')];
  });
  afterEach(({ task }) => pictureOfFailure(screen, task));
  afterAll(async () => {
    for (const hand of hands) await hand.close();
    await screen.close();
  });

  it('ends the runs of its sites with a word on what happened', async () => {
    first = await driverPid(page);
    await Promise.all(hands.map((hand) => hand.insert()));
    await site(page, 'A2')
      .getByText(/Write · \d+/)
      .waitFor();
    process.kill(first, 'SIGKILL');
    for (const id of ['A1', 'A2']) {
      await until(page, id, 'unknown', 'failed');
      await site(page, id)
        .getByText(/driver ended/i)
        .waitFor();
    }
    await screen.shot('driver-1-killed');
  });

  it('is restarted, and the sites come back', async () => {
    await expect
      .poll(() => driverPid(page), { timeout: 20_000 })
      .toSatisfy((pid) => pid !== null && pid !== first);
    await until(page, 'A3', 'empty');
    await page.keyboard.press('Alt+1');
    await page.getByText('restarted 1 ×').waitFor();
    await screen.shot('driver-2-restarted-home');
    await page.keyboard.press('Alt+2');
  });

  it('leaves no part in doubt: each is read back, started again and passes', async () => {
    for (const id of ['A1', 'A2']) {
      const readBack = site(page, id).getByRole('button', { name: 'Read back' });
      const again = site(page, id).getByRole('button', { name: 'Try again' });
      await readBack.or(again).waitFor();
      if (await readBack.isVisible()) await readBack.click();
      await again.click();
      await until(page, id, 'passed');
    }
    await page.getByTestId('made').getByText('2 / 4').waitFor();
    await screen.shot('driver-3-both-passed');
  });

  it('left no error in the console', () => {
    expect(screen.problems).toEqual([]);
  });
});
