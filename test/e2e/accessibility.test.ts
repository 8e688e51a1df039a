import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { BenchControl } from '#drivers/virtual/control-client.ts';
import { benchSite, plugIn, scan } from './hands.ts';
import { openScreen, pictureOfFailure, type OpenScreen } from './screen.ts';
import { AXE, RUN_AXE, SCROLLS, THEMES } from './rules.ts';
import { insert, openBatch, signIn, site, until } from './steps.ts';

/** Everything to press that a gloved finger would miss: an element counts with its label, row or larger hit area. */
const SMALL = `[...document.querySelectorAll('button, a[href], input, [role="button"], [role="tab"], [role="menuitem"], [role="row"][aria-selected]')]
  .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest('[aria-hidden="true"]'))
  .map((element) => {
    const whole = element.closest('label, .MuiFormControl-root, .MuiAutocomplete-root') ?? element;
    const around = getComputedStyle(element, '::after');
    const beyond = around.content !== 'none' && around.position === 'absolute' ? -parseFloat(around.top) - parseFloat(around.bottom) : 0;
    const height = whole.getBoundingClientRect().height + Math.max(0, beyond || 0);
    return { name: element.tagName + ' ' + (element.getAttribute('aria-label') ?? element.innerText ?? '').slice(0, 40), height };
  })
  .filter(({ height }) => height > 0 && height < 47.5)
  .map(({ name, height }) => name + ' is ' + height.toFixed(1) + ' px high')`;

/** Every screen, in every theme, is held against the rules that do not need an eye. */
describe('accessibility of every screen', { timeout: 120_000 }, () => {
  let screen: OpenScreen;
  let page: Page;
  let benches: BenchControl[] = [];

  beforeAll(async () => {
    screen = await openScreen({ speed: 'max' });
    page = screen.page;
  });
  afterEach(({ task }) => pictureOfFailure(screen, task));
  afterAll(async () => {
    for (const bench of benches) await bench.close();
    await screen.close();
  });

  /** Themes are told apart by the page's own setting, without leaving the screen that is looked at. */
  async function wear(theme: (typeof THEMES)[number]): Promise<void> {
    const kept = JSON.stringify({ state: { theme, sound: false }, version: 0 });
    await page.evaluate(`localStorage.setItem('rootline.preferences', ${JSON.stringify(kept)})`);
    await page.reload();
  }

  async function check(name: string, ready: () => Promise<unknown>): Promise<void> {
    const found: string[] = [];
    for (const theme of THEMES) {
      await wear(theme);
      await ready();
      await page.evaluate(AXE);
      const violations = await page.evaluate<string[]>(RUN_AXE);
      const small = await page.evaluate<string[]>(SMALL);
      found.push(...[...violations, ...small].map((text) => `${theme}: ${text}`));
      if (await page.evaluate<boolean>(SCROLLS)) found.push(`${theme}: the page scrolls`);
      await screen.shot(`look-${name}-${theme}`);
    }
    expect(found).toEqual([]);
  }

  it('sign in', () => check('sign-in', () => page.getByText('Mara Voss').waitFor()));

  it('home, ready', async () => {
    await signIn(page, 'engineer');
    await check('home', () => page.getByText('left to make').first().waitFor());
  });

  it('prepare', async () => {
    const ready = () => page.getByRole('img', { name: 'Step 5, done' }).waitFor();
    await scan(page, 'RL1;J=TH4;L=LOT-A;Q=40');
    // The check begins with a reload: the scan must have led somewhere before.
    await ready();
    await check('prepare', ready);
  });

  it('prepare, with something wrong', async () => {
    const ready = () => page.locator('li[data-state="failed"]').first().waitFor();
    await scan(page, 'RL1;J=TH4;L=LOT-A;Q=40000');
    await ready();
    await check('prepare-not-green', ready);
  });

  it('running, in every state a site has', async () => {
    await openBatch(page, 'LOT-A', 40);
    benches = [await benchSite(page, 'A1'), await benchSite(page, 'A2'), await benchSite(page, 'A3')];
    const [first, second, third] = benches;
    await second!.fault('agent:high-noise');
    await third!.fault('lock-silent');
    for (const id of ['A1', 'A2']) await insert(page, id);
    await third!.insert();
    while ((await third!.status()).dlm !== 'LCK_BOOT');
    await third!.cable(false);
    await Promise.all([
      until(page, 'A1', 'passed'),
      until(page, 'A2', 'failed'),
      until(page, 'A3', 'unknown'),
    ]);
    await check('running', () => site(page, 'A1').getByText('PASS').waitFor());
    await first!.remove();
    await first!.cable(false);
    await until(page, 'A1', 'offline');
    await check('running-offline', () => site(page, 'A1').getByText('Offline').waitFor());
    await first!.cable(true);
    await until(page, 'A1', 'empty');
    await insert(page, 'A1');
    await until(page, 'A1', 'passed');
  });

  it('a site opened', async () => {
    await page.getByRole('button', { name: 'Open site A2' }).click();
    await check('site-opened', () =>
      page.getByRole('dialog').getByText('Enrol QDID', { exact: true }).waitFor(),
    );
    await page.keyboard.press('Escape');
  });

  it('close, with a unit to be read back', async () => {
    await page.getByRole('button', { name: 'Close batch' }).click();
    await check('close-open', () => page.getByText('Close the batch').waitFor());
  });

  it('home, with an open batch', async () => {
    await page.keyboard.press('Alt+1');
    await check('home-open-batch', () => page.getByText('A batch is open').waitFor());
  });

  it('units', async () => {
    await page.keyboard.press('Alt+3');
    await check('units', () => page.getByRole('row', { name: /PASS/ }).first().waitFor());
  });

  it('a unit, in each of its parts', async () => {
    await page.getByRole('row', { name: /PASS/ }).first().click();
    for (const tab of ['Time line', 'Attempts', 'Measurements', 'Certificate', 'Record'])
      await check(`unit-${tab.toLowerCase().replace(' ', '-')}`, () =>
        page.getByRole('tab', { name: tab }).click(),
      );
  });

  it('bench', async () => {
    await page.keyboard.press('Alt+4');
    await check('bench', () =>
      page
        .getByText('Bench site A4')
        .or(page.getByRole('group', { name: 'Bench site A4' }))
        .first()
        .waitFor(),
    );
  });

  it('bench, attaching a board', async () => {
    await check('attach', () => page.getByRole('button', { name: 'Attach a board' }).click());
    await page.keyboard.press('Escape');
  });

  it('lab, choosing a site, and a board in it', async () => {
    await page.keyboard.press('Alt+6');
    await check('lab-sites', () => page.getByRole('link', { name: /^A4/ }).waitFor());
    await page.getByRole('link', { name: /^A4/ }).click();
    // The check begins with a reload: the site must be in the lab before.
    await page.getByText('Not read yet').waitFor();
    for (const part of ['Board', 'Life cycle'])
      await check(`lab-${part.toLowerCase().replace(' ', '-')}`, () =>
        page.getByRole('tab', { name: part }).click(),
      );
    await page.getByRole('button', { name: 'Give back to production' }).click();
    await page.getByRole('group', { name: 'Bench site A4' }).waitFor();
  });

  it('settings, help and about', async () => {
    const origin = new URL(page.url()).origin;
    await page.goto(`${origin}/#/settings`);
    await check('settings', () => page.getByRole('button', { name: 'High contrast' }).waitFor());
    await check('help', async () => {
      await page.getByRole('button', { name: 'High contrast' }).waitFor();
      await page.keyboard.press('F1');
      await page.getByRole('dialog').waitFor();
    });
    await page.goto(`${origin}/#/about`);
    await check('about', () => page.getByText('Apache License 2.0').first().waitFor());
  });

  it('closed batch', async () => {
    await plugIn(page, 'A3', benches[2]!);
    await page.keyboard.press('Alt+2');
    await site(page, 'A3').getByRole('button', { name: 'Read back' }).click();
    await until(page, 'A3', 'passed');
    await page.getByRole('button', { name: 'Close batch' }).click();
    await page.getByText('Close the batch').waitFor();
    await page.getByRole('button', { name: 'Close batch' }).click();
    await check('closed', () => page.getByText('Batch closed').waitFor());
  });

  it('no console error and no breach of the content security policy on any of them', () => {
    expect(screen.problems).toEqual([]);
  });
});
