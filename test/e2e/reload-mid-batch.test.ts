import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openScreen, openWindow, pictureOfFailure, type OpenScreen } from './screen.ts';
import { startStation, type StationProcess } from './station.ts';
import { insert, openBatch, signIn, site, until } from './steps.ts';

/** The window is only a view of the station: it may go and come back at any time. */
describe('a reload in mid-batch', { timeout: 60_000 }, () => {
  let screen: OpenScreen;
  let page: Page;
  let again: StationProcess | null = null;

  beforeAll(async () => {
    screen = await openScreen({ speed: 'wire' });
    page = screen.page;
    await signIn(page, 'operator');
    await openBatch(page, 'LOT-R', 4);
  });
  afterEach(({ task }) => pictureOfFailure(screen, task));
  afterAll(async () => {
    await again?.stop();
    await screen.close();
  });

  it('leaves the run going: the screen catches up, and the person is still signed in', async () => {
    await insert(page, 'A1');
    await site(page, 'A1')
      .getByText(/Write · \d+/)
      .waitFor();
    await page.reload();
    await until(page, 'A1', 'running', 'passed');
    await page.getByRole('button', { name: 'Operator · Mara Voss' }).waitFor();
    await screen.shot('reload-1-caught-up');
    await until(page, 'A1', 'passed');
    expect(await page.getByTestId('made').innerText()).toMatch(/^1\s*\/ 4$/);
  });

  it('shows a lost connection over the last known state, and says that runs go on', async () => {
    await insert(page, 'A2');
    await until(page, 'A2', 'running', 'passed');
    await screen.station.stop();
    await page.getByRole('alert').getByText('Connection to the station lost.').waitFor();
    await until(page, 'A1', 'passed');
    await screen.shot('reload-2-connection-lost');
  });

  it('tells a window of before that a station started again needs its fresh link', async () => {
    const { dataDir, port } = screen.station;
    again = await startStation({ speed: 'max', dataDir, port });
    await page.getByRole('heading', { name: 'This window no longer belongs to the station' }).waitFor();
    await page.getByText('Open the fresh link').waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('The station still does not know this window.').waitFor();
    await screen.shot('reload-3-window-of-before');
  });

  it('finds batch and sites again by the fresh link; the person signs in anew', async () => {
    if (again === null) throw new Error('the station did not start again');
    const back = await openWindow(screen.browser, again.link);
    await signIn(back.page, 'operator');
    await back.page.getByText('A batch is open').waitFor();
    await back.shot('reload-4-station-back-home');
    await back.page.keyboard.press('Alt+2');
    await site(back.page, 'A2').waitFor();
    await back.shot('reload-5-station-back-batch');
    expect(back.problems).toEqual([]);
  });
});
