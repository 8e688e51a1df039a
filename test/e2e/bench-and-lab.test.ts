import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openBench, type Bench } from '#drivers/virtual/bench.ts';
import { openBenchControl, type BenchControl } from '#drivers/virtual/control-client.ts';
import { byHand as byHands } from './hands.ts';
import { openScreen, pictureOfFailure, type OpenScreen } from './screen.ts';
import { signIn } from './steps.ts';

describe('bench and lab', { timeout: 90_000 }, () => {
  let screen: OpenScreen;
  let page: Page;
  /** A board that is not the station's own: what an engineer has on the desk. */
  let board: Bench;
  let hands: BenchControl;
  let uid: string;
  const go = (address: string) => page.goto(`${new URL(page.url()).origin}/#${address}`);
  const press = (name: string | RegExp) => page.getByRole('button', { name }).first().click();

  beforeAll(async () => {
    board = await openBench({ target: 'stm32f4', sites: 1, speed: 'max' });
    hands = await openBenchControl(board.sites[0]!.control);
    uid = (await hands.status()).uid ?? '';
    screen = await openScreen({ speed: 'max' });
    page = screen.page;
    await signIn(page, 'engineer');
  });
  afterEach(({ task }) => pictureOfFailure(screen, task));
  afterAll(async () => {
    await screen.close();
    await hands.close();
    await board.close();
  });

  const byHand = (done: () => Promise<boolean>) => byHands(page, hands, done);
  const seen = (text: string | RegExp) => () => page.getByText(text).first().isVisible();

  it('every family is among the chips, and found by a word', async () => {
    await go('/bench/chips');
    for (const name of ['Renesas RX65N', 'ESP32-C6', 'TPM 2.0', 'Cordelia-I', 'STM32F0', 'LPC55S69'])
      await page.getByText(name).first().waitFor();
    await page.getByLabel('Search').fill('atecc');
    await page.getByText('Renesas RX65N').waitFor({ state: 'hidden' });
    expect(await page.getByRole('listitem').count()).toBe(1);
  });

  it('a board is attached by a typed address, and tested right away with a person’s hands', async () => {
    await go('/bench');
    await press('Attach a board');
    await page.getByRole('textbox', { name: 'Site' }).fill('C1');
    await press('Next');
    await page.getByRole('radio', { name: /^An address, typed/ }).check();
    await page.getByRole('textbox', { name: 'Address' }).fill(board.sites[0]!.link);
    await press('Next');
    await page.getByRole('textbox', { name: 'Search' }).fill('stm32f405');
    await page.getByRole('radio', { name: /^ST STM32F405\/407 *stm32f4$/ }).check();
    await press('Next');
    await page.getByRole('radio', { name: /^By hand/ }).check();
    await press('Attach and test');
    await page.getByText('Set the jumper to BOOT').waitFor();
    await press('Stop the test');
    await page.getByText('Site C1: attached, not tested').waitFor();
    await press('Test again');
    await byHand(seen('Site C1: ready'));
    await page.getByText(uid).first().waitFor();
    await screen.shot('bench-1-attached');
    await press('Done');
    await page.getByRole('group', { name: 'Bench site C1' }).getByText('By hand').waitFor();
  });

  it('a test that waits for hands shows how far it is, and ends when it is stopped', async () => {
    const site = page.getByRole('group', { name: 'Bench site C1' });
    await site.getByRole('button', { name: 'Self-test' }).click();
    const steps = site.getByRole('list', { name: 'Self-test under way' }).getByRole('listitem');
    await steps.nth(3).getByText('under way').waitFor();
    await site.getByText('the site asks for your hands').waitFor();
    await steps.nth(3).scrollIntoViewIfNeeded();
    await screen.shot('bench-1-testing');
    await site.getByRole('button', { name: 'Stop' }).click();
    await site.getByRole('list', { name: 'Self-test stopped' }).waitFor();
    await screen.shot('bench-1-stopped');
    expect(await page.getByText('Site C1:').count()).toBe(0);
  });

  it('a port that serves another site is refused, and the dialog is where it is mended', async () => {
    await press('Attach a board');
    await page.getByRole('textbox', { name: 'Site' }).fill('C2');
    await press('Next');
    await page.getByRole('radio', { name: /^An address, typed/ }).check();
    await page.getByRole('textbox', { name: 'Address' }).fill(board.sites[0]!.link);
    await press('Next');
    await page.getByRole('radio', { name: /stm32f4$/ }).check();
    await press('Next');
    await page.getByRole('radio', { name: /^By hand/ }).check();
    await press('Attach and test');
    await page.getByText('serves site C1 already').waitFor();
    expect(await page.locator('[aria-current="step"]').innerText()).toBe('2 Port');
    await page.keyboard.press('Escape');
    expect(await page.getByRole('group', { name: 'Bench site C2' }).count()).toBe(0);
  });

  it('the fixture is drawn anew by keys, kept, and undone', async () => {
    await go('/bench/fixture');
    await page.getByText('Bound').waitFor();
    const place = page.locator('[data-site="C1"]');
    await place.focus();
    await page.keyboard.press('Shift+ArrowRight');
    await page.getByText('Not saved yet.').waitFor();
    await press('Undo');
    await page.getByText('As the station has it.').waitFor();
    await press('Redo');
    const at = await place.getAttribute('data-place');
    await press('Save');
    await page.getByText('As the station has it.').waitFor();
    await page.reload();
    await place.waitFor();
    expect(await place.getAttribute('data-place')).toBe(at);
  });

  it('sockets are named by typing, dragged and taken away; what is bound or virtual stays', async () => {
    const sites = () => page.locator('[data-site]').allInnerTexts();
    const before = await sites();
    const place = (row: number, column: number) => page.locator(`[data-place="${row} ${column}"]`);
    await place(1, 0).focus();
    await page.keyboard.type('k7', { delay: 60 });
    await page.keyboard.press('Enter');
    const socket = page.locator('[data-site="K7"]');
    const [from, to] = [await socket.boundingBox(), await place(1, 3).boundingBox()];
    await page.mouse.move(from!.x + 20, from!.y + 20);
    await page.mouse.down();
    await page.mouse.move(to!.x + 20, to!.y + 20, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => socket.getAttribute('data-place')).toBe('1 3');
    await page.locator('[data-site="C1"]').focus();
    await page.keyboard.press('Delete');
    await page.getByText('C1 has a board.').waitFor();
    await page.locator('[data-site="A1"]').focus();
    await page.keyboard.press('Shift+ArrowDown');
    await page.locator('[data-site="A1"]').focus();
    await page.getByText('A1 belongs to the virtual bench').waitFor();
    await socket.focus();
    await page.keyboard.press('Delete');
    await socket.waitFor({ state: 'detached' });
    await page.keyboard.press('Control+z');
    await socket.waitFor();
    await page.getByRole('link', { name: 'Ports' }).click();
    await page.getByText('Leave without saving the fixture?').waitFor();
    await press('Go back');
    await press('Cancel');
    await page.getByText('As the station has it.').waitFor();
    expect(await sites()).toEqual(before);
  });

  it('in the lab the board says who it is and what is in its memory; the log hears it all', async () => {
    await go('/bench/lab/C1');
    await page.getByText('Not read yet').waitFor();
    await press('Identify');
    await byHand(() => page.getByRole('button', { name: /copy unique id/ }).isVisible());
    await page.getByRole('tab', { name: 'Memory' }).click();
    await page.getByRole('textbox', { name: 'Address, hex' }).fill('08000000');
    await page.getByRole('textbox', { name: 'Length' }).fill('64');
    await page.getByRole('button', { name: 'Read', exact: true }).click();
    await byHand(seen('64 bytes'));
    await page
      .getByText('FF FF', { exact: false })
      .or(page.getByText('ff ff', { exact: false }))
      .first()
      .waitFor();
    await expect.poll(() => page.getByLabel('Frames').getByText(/^[→←]/).count()).toBeGreaterThan(4);
    await press('Save as text');
    await page.getByText('Saved as').waitFor();
    await screen.shot('lab-1-read');
  });

  it('a cable that is out is told at once, and what was known of the board is gone; it comes back by itself', async () => {
    await hands.cable(false);
    await page.getByText('Cable lost').first().waitFor();
    await page.getByText('Not read yet').waitFor();
    await screen.shot('lab-1-cable-out');
    await hands.cable(true);
    await page.getByText('Cable lost').first().waitFor({ state: 'hidden' });
    await press('Identify');
    await byHand(() => page.getByRole('button', { name: /copy unique id/ }).isVisible());
  });

  it('what has no way back is done for the part’s own id only', async () => {
    await page.getByRole('tab', { name: 'Life cycle' }).click();
    await page.getByRole('combobox', { name: 'Level' }).fill('RDP1');
    await press('Protect, asks once more');
    await page.getByRole('textbox', { name: 'Unique id of the part' }).fill('0'.repeat(uid.length));
    await page.getByText('This is not the part in the socket').waitFor();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByRole('button', { name: 'Protect' }).isDisabled()).toBe(true);
    await page.getByRole('textbox', { name: 'Unique id of the part' }).fill(uid.toUpperCase());
    await dialog.getByRole('button', { name: 'Protect' }).click();
    await byHand(async () => (await hands.status()).dlm === 'RDP1');
    await byHand(seen(/read back: RDP1/));
    await screen.shot('lab-2-protected');
  });

  it('is given back to production when a person says so', async () => {
    await byHand(() => page.getByRole('button', { name: 'Give back to production' }).isEnabled());
    await press('Give back to production');
    await page.getByRole('group', { name: 'Bench site C1' }).waitFor();
    expect(await page.getByText('In the lab').count()).toBe(0);
  });

  it('is detached after a question, and leaves a free socket; the others are tested in one go', async () => {
    const site = page.getByRole('group', { name: 'Bench site C1' });
    await site.getByRole('button', { name: 'Detach' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Detach' }).click();
    await site.getByText('Free socket').waitFor();
    await press('Test all sites');
    await page.getByText('All 4 sites are fine.').waitFor();
    expect(await page.getByRole('list', { name: 'Self-test passed' }).count()).toBe(4);
    expect(screen.problems).toEqual([]);
  });
});
