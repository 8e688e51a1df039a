import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launch, openWindow, pictureOfFailure, type Screen } from './screen.ts';
import { startStation, type StationProcess } from './station.ts';
import { site, until } from './steps.ts';

/** A touch screen and gloves: neither pointer nor key nor scanner. */
describe('touch', { timeout: 60_000 }, () => {
  let station: StationProcess;
  let browser: Awaited<ReturnType<typeof launch>>;
  let screen: Screen;
  let page: Page;
  const tap = (name: string) => page.getByRole('button', { name, exact: true }).tap();

  beforeAll(async () => {
    [station, browser] = await Promise.all([startStation({ speed: 'max' }), launch()]);
    screen = await openWindow(browser, station.link, { hasTouch: true });
    page = screen.page;
  });
  afterEach(({ task }) => pictureOfFailure(screen, task));
  afterAll(async () => {
    await browser.close();
    await station.dispose();
  });

  it('signs in by taps on the PIN pad', async () => {
    await page.getByText('Mara Voss').tap();
    for (const digit of ['1', '1', '4', '0']) await tap(digit);
    await tap('Sign in');
    await page.getByText('Ready for the next batch').waitFor();
  });

  it('prepares a batch from the job, makes a unit and takes it out', async () => {
    await page
      .getByRole('listitem')
      .filter({ hasText: 'TH4' })
      .getByRole('button', { name: 'Prepare' })
      .tap();
    await page.getByLabel('Traveller').fill('RL1;J=TH4;L=LOT-T;Q=1');
    await tap('Find');
    await page.getByRole('img', { name: 'Step 5, done' }).waitFor();
    await page.getByText(/checksum .* is the same/).tap();
    await tap('Start batch');
    await site(page, 'A1').getByRole('button', { name: 'Insert part' }).tap();
    await until(page, 'A1', 'passed');
    await site(page, 'A1').getByText('PASS').tap();
    await page.getByRole('dialog').waitFor();
    await screen.shot('touch-1-site-opened-by-tap');
    await tap('Close');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await site(page, 'A1').getByRole('button', { name: 'Take out' }).tap();
    await until(page, 'A1', 'empty');
    expect(screen.problems).toEqual([]);
  });
});
