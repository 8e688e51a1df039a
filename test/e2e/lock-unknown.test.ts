import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { BenchControl } from '#drivers/virtual/control-client.ts';
import { benchSite, plugIn } from './hands.ts';
import { openScreen, pictureOfFailure, type OpenScreen } from './screen.ts';
import { figure, insert, openBatch, signIn, site, takeOut, until } from './steps.ts';

/** The answer to the lock is lost on the line: nobody knows whether the part is locked until it is read. */
describe('an unanswered lock', { timeout: 60_000 }, () => {
  let screen: OpenScreen;
  let page: Page;
  let bench: BenchControl;

  beforeAll(async () => {
    screen = await openScreen({ speed: 'max' });
    page = screen.page;
    await signIn(page, 'operator');
    await openBatch(page, 'LOT-L', 4);
    bench = await benchSite(page, 'A1');
  });
  afterEach(({ task }) => pictureOfFailure(screen, task));
  afterAll(async () => {
    await bench.close();
    await screen.close();
  });

  it('asks for a read-back, says that the part may be locked, and books nothing', async () => {
    // The part locks without a word, and the cable is out before the station can look.
    await bench.fault('lock-silent');
    await insert(page, 'A1');
    while ((await bench.status()).dlm !== 'LCK_BOOT');
    await bench.cable(false);
    await until(page, 'A1', 'unknown');
    const text = (await site(page, 'A1').innerText()).replaceAll(/\s+/g, ' ');
    expect(text).toMatch(/READ BACK .*lock/);
    await screen.shot('lock-1-read-back-asked');
    await figure(page, 'To be read back').getByText('1', { exact: true }).waitFor();
    expect(await page.getByTestId('made').innerText()).toMatch(/^0\s*\/ 4$/);
  });

  it('keeps the batch from being closed', async () => {
    await page.getByRole('button', { name: 'Close batch' }).click();
    await page.getByText('1 unit to be read back.').waitFor();
    expect(await page.getByRole('button', { name: 'Close batch' }).isDisabled()).toBe(true);
    await screen.shot('lock-2-close-refused');
    await page.getByRole('button', { name: 'Back to the sites' }).click();
  });

  it('says why a read-back before the link is back cannot be done, by button and by key', async () => {
    const notice = page.getByRole('alert').filter({ hasText: 'A1 was not read back.' });
    await site(page, 'A1').getByRole('button', { name: 'Read back' }).click();
    await notice.waitFor();
    await screen.shot('lock-3-read-back-refused');
    await page.getByRole('button', { name: 'Close the notice' }).click();
    await notice.waitFor({ state: 'detached' });
    await page.keyboard.press('F9');
    await notice.waitFor();
  });

  it('is PASS once the chip was read and says that it is locked', async () => {
    await plugIn(page, 'A1', bench);
    await site(page, 'A1').getByRole('button', { name: 'Read back' }).click();
    await until(page, 'A1', 'passed');
    await page.getByTestId('made').getByText('1 / 4').waitFor();
    await screen.shot('lock-4-passed-after-read-back');
    await takeOut(page, 'A1');
    await until(page, 'A1', 'empty');
  });

  it('left no error in the console', () => {
    expect(screen.problems).toEqual([]);
  });
});
