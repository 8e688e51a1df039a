import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openScreen, pictureOfFailure, type OpenScreen } from './screen.ts';
import { figure, insert, openBatch, signIn, site, takeOut, until } from './steps.ts';

/** A chip whose PUF is too noisy: it fails the quality gate, and nothing else on the fixture is touched by that. */
describe('a failing unit', { timeout: 60_000 }, () => {
  let screen: OpenScreen;
  let page: Page;

  beforeAll(async () => {
    screen = await openScreen({ speed: 'max' });
    page = screen.page;
    await signIn(page, 'engineer');
    await openBatch(page, 'LOT-F', 8);
  });
  afterEach(({ task }) => pictureOfFailure(screen, task));
  afterAll(() => screen.close());

  it('gets its fault from the engineer', async () => {
    await page.getByRole('button', { name: 'Open site A2' }).click();
    await page.getByLabel(/^Fault of the/).fill('agent:high-noise');
    await screen.shot('fail-1-engineer-sets-fault');
    await page.getByRole('button', { name: 'Set fault' }).click();
    await page.getByRole('button', { name: 'Set fault', disabled: false }).waitFor();
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('shows FAIL with what happened, the state of the chip and what to do, while the others pass', async () => {
    for (const id of ['A1', 'A2', 'A3', 'A4']) await insert(page, id);
    await until(page, 'A2', 'failed');
    await Promise.all(['A1', 'A3', 'A4'].map((id) => until(page, id, 'passed')));
    const text = (await site(page, 'A2').innerText()).replaceAll(/\s+/g, ' ');
    expect(text).toMatch(/FAIL .*limit .*[Nn]ot locked.*red tray/);
    await screen.shot('fail-2-one-failed-three-passed');
  });

  it('says why in the Pareto, and does not count the unit as made', async () => {
    await page.getByTestId('made').getByText('3 / 8').waitFor();
    await figure(page, 'Failed').getByText('1', { exact: true }).waitFor();
    expect(await figure(page, 'Yield').textContent()).toBe('75.0 %');
    await page.getByLabel('Batch figures').getByRole('listitem').first().waitFor();
  });

  it('shows the engineer which measurement broke which limit', async () => {
    await page.getByRole('button', { name: 'Open site A2' }).click();
    await page.getByRole('heading', { name: 'Out of limits' }).waitFor();
    await screen.shot('fail-3-site-opened');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('keeps the result until the part is out, also over other screens', async () => {
    await page.keyboard.press('Alt+1');
    await page.getByText('A batch is open').waitFor();
    await screen.shot('fail-4-home-with-open-batch');
    await page.keyboard.press('Alt+2');
    await until(page, 'A2', 'failed');
    await takeOut(page, 'A2');
    await until(page, 'A2', 'empty');
    await until(page, 'A1', 'passed');
  });

  it('is found among the failed units, with its cause', async () => {
    await page.keyboard.press('Alt+3');
    await page.getByRole('button', { name: 'Fail', exact: true }).click();
    await page.getByRole('status').getByText('1 unit', { exact: true }).waitFor();
    await screen.shot('fail-5-units-failed');
    await page.getByRole('row', { name: /FAIL/ }).click();
    await page.getByRole('tab', { name: 'Attempts' }).click();
    await page.getByRole('alert').getByText('red tray').waitFor();
    await screen.shot('fail-6-unit-attempt');
  });

  it('left no error in the console', () => {
    expect(screen.problems).toEqual([]);
  });
});
