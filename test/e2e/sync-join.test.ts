import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { consoleWindow, groups, openCloud, readQr, signInAtConsole, type CloudHost } from './cloud.ts';
import { scan } from './hands.ts';
import { openScreen, pictureOfFailure, type OpenScreen, type Screen } from './screen.ts';
import { insert, openBatch, signIn, takeOut, until } from './steps.ts';

/** A person at the station and one at the cloud's console, each with a screen, and a line between the two. */
describe('a station joins a cloud', { timeout: 120_000 }, () => {
  let host: CloudHost;
  let screen: OpenScreen;
  let page: Page;
  let office: Screen;
  let desk: Page;

  beforeAll(async () => {
    host = await openCloud('Plant North');
    screen = await openScreen({ speed: 'max', sites: 1 });
    page = screen.page;
    office = await consoleWindow(screen.browser);
    desk = office.page;
  }, 120_000);
  afterEach(({ task }) =>
    Promise.all([
      pictureOfFailure(screen, task),
      task.result?.state === 'fail' ? office.shot('failed-sync-join-console') : null,
    ]),
  );
  afterAll(async () => {
    await screen.close();
    await host.dispose();
  });

  const line = () => page.getByTestId('line');
  const chip = (words: RegExp) => page.getByRole('banner').getByRole('link', { name: words });

  it('the console makes an invitation', async () => {
    await signInAtConsole(desk, host);
    await desk.getByRole('link', { name: 'Stations', exact: true }).click();
    await desk.getByRole('button', { name: 'Invite a station' }).first().click();
    await desk.getByLabel('Name of the station').fill('Hall 2, line 4');
    await desk.getByRole('button', { name: 'Make the invitation' }).click();
    await desk.getByRole('img', { name: /QR code/ }).waitFor();
    await office.shot('sync-join-1-invitation');
  });

  it('its QR code, scanned at the station, fills in address and code', async () => {
    await signIn(page, 'engineer');
    await scan(page, await readQr(screen.browser, desk.getByRole('img', { name: /QR code/ })));
    await page.getByText('Scanned.').waitFor();
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('show the same?').waitFor();
  });

  it('both screens show one fingerprint', async () => {
    const here = await page.getByRole('group', { name: 'Fingerprint of the cloud' }).innerText();
    const there = await desk.getByLabel(/^root fingerprint/).getAttribute('aria-label');
    expect(groups(here)).toHaveLength(16);
    expect(groups(here)).toEqual(groups(there ?? ''));
    await page.getByText('The first 16 digits are those of the QR code').waitFor();
    await page.mouse.move(0, 0);
    await screen.shot('sync-join-2-compare');
  });

  it('joined: the console shows the key that the station shows', async () => {
    await page.getByRole('button', { name: /^It is the same/ }).click();
    await page.getByTestId('joined').waitFor();
    const here = await page.getByRole('group', { name: 'Fingerprint of this station' }).innerText();
    await desk.getByText('Hall 2, line 4 has joined.').waitFor();
    const there = await desk.getByLabel(/^key fingerprint/).getAttribute('aria-label');
    expect(groups(here)).toHaveLength(16);
    expect(groups(here)).toEqual(groups(there ?? ''));
    await screen.shot('sync-join-3-joined');
    await office.shot('sync-join-3-console');
  });

  it('online: everything made here is in the cloud', async () => {
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByText('Everything made here is in the cloud.').waitFor();
    await chip(/^Online$/).waitFor();
    await screen.shot('sync-join-4-online');
  });

  it('a closed batch is in the cloud with its units', async () => {
    await openBatch(page, 'LOT-J', 2);
    for (const made of [1, 2]) {
      await insert(page, 'A1');
      await until(page, 'A1', 'passed');
      await page.getByTestId('made').getByText(`${made} / 2`).waitFor();
      await takeOut(page, 'A1');
      await until(page, 'A1', 'empty');
    }
    await page.getByRole('button', { name: 'Close batch' }).click();
    await page.getByText('Close the batch').waitFor();
    await page.getByRole('button', { name: 'Close batch' }).click();
    await page.getByText('Batch closed').waitFor();
    const closed = performance.now();
    await desk.getByRole('link', { name: 'Batches', exact: true }).click();
    await desk.getByRole('row', { name: /Closed.*LOT-J.*2 \/ 2/ }).waitFor();
    console.info(`seen in the console after ${Math.round(performance.now() - closed)} ms`);
    await office.shot('sync-join-5-batch');
  });

  it('the cloud is away: the station says so and keeps what it makes', async () => {
    await host.away();
    await openBatch(page, 'LOT-K', 1);
    await insert(page, 'A1');
    await until(page, 'A1', 'passed');
    await chip(/^Offline.*waiting$/).click();
    await page.locator('[data-testid="line"][data-state="offline"]').waitFor();
    await expect.poll(() => page.getByTestId('waiting').innerText()).not.toMatch(/^0 /);
    await page.getByText('Next try').waitFor();
    await screen.shot('sync-join-6-offline');
  });

  it('paused by a person, and going on', async () => {
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.locator('[data-testid="line"][data-state="paused"]').waitFor();
    await chip(/^Paused/).waitFor();
    await screen.shot('sync-join-7-paused');
    await page.getByRole('button', { name: 'Go on' }).click();
  });

  it('the cloud is back: everything goes up, once', async () => {
    await host.back();
    await page.getByRole('button', { name: /^(Try|Sync) now$/ }).click();
    await page.getByText('Everything made here is in the cloud.').waitFor();
    await expect.poll(() => page.getByTestId('waiting').innerText()).toMatch(/^0 /);
    await screen.shot('sync-join-8-back');
    expect(await line().getAttribute('data-state')).toBe('online');
  });
});
