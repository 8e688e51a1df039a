import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { callFromPage } from './hands.ts';
import { openScreen, pictureOfFailure, type OpenScreen } from './screen.ts';
import { openBatch, signIn, signOut, site } from './steps.ts';

describe('roles', { timeout: 60_000 }, () => {
  let screen: OpenScreen;
  let page: Page;

  beforeAll(async () => {
    screen = await openScreen({ speed: 'max' });
    page = screen.page;
  });
  afterEach(({ task }) => pictureOfFailure(screen, task));
  afterAll(() => screen.close());

  it('before sign-in nothing but the sign-in page is there, whatever the address', async () => {
    await page.goto(`${new URL(page.url()).origin}/#/units`);
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(await callFromPage(page, 'jobs.list', {})).toMatchObject({
      ok: false,
      error: { code: 'not-signed-in' },
    });
  });

  it('a wrong PIN is refused in plain words', async () => {
    await page.keyboard.type('9999');
    await page.getByText('4 digits entered').waitFor({ state: 'attached' });
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    await screen.shot('roles-1-wrong-pin');
  });

  it('an operator has no bench in the rail and no faults on a site', async () => {
    await signIn(page, 'operator');
    const rail = page.getByRole('navigation', { name: 'Places' });
    expect(await rail.getByRole('link').allInnerTexts()).toEqual(['Home', 'Batch', 'Units', 'Sync']);
    await page.keyboard.press('Alt+1');
    await page.keyboard.press('Alt+5');
    await page.getByText('Ready for the next batch').waitFor();
    await openBatch(page, 'LOT-O', 2);
    await site(page, 'A1').getByRole('button', { name: 'Open site A1' }).click();
    await page.getByRole('dialog').getByText('No unit in this site yet.').waitFor();
    expect(await page.getByLabel(/^Fault of the/).count()).toBe(0);
    await page.keyboard.press('Escape');
  });

  it('an operator who types the address of the bench gets nothing to press there', async () => {
    await page.goto(`${new URL(page.url()).origin}/#/bench`);
    await page.getByRole('navigation', { name: 'Places' }).waitFor();
    expect(await page.getByRole('button', { name: 'Self-test' }).count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Attach a board' }).count()).toBe(0);
  });

  it('a call past the screens is refused by role', async () => {
    for (const [channel, request] of [
      ['bench.selfTest', { site: 'A1' }],
      ['virtual.fault', { site: 'A1', fault: 'wrong-chip' }],
    ] as const)
      expect(await callFromPage(page, channel, request)).toMatchObject({
        ok: false,
        error: { code: 'not-allowed' },
      });
  });

  it('signing out takes everything off the screen, and the next person gets their own places', async () => {
    await signOut(page);
    expect(await callFromPage(page, 'batches.current', {})).toMatchObject({
      error: { code: 'not-signed-in' },
    });
    await signIn(page, 'engineer');
    await page.keyboard.press('Alt+4');
    await page.getByRole('button', { name: 'Attach a board' }).waitFor();
    expect(screen.problems).toEqual([]);
  });

  it('a window without a fresh link is not served', async () => {
    const context = await screen.browser.newContext();
    const answer = await (await context.newPage()).goto(new URL(page.url()).origin);
    expect(answer?.status()).toBe(401);
    expect(await answer?.text()).toContain('Press Enter in the terminal');
    await context.close();
  });
});
