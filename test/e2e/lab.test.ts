import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { BenchControl } from '#drivers/virtual/control-client.ts';
import { benchSite, scan } from './hands.ts';
import { openScreen, pictureOfFailure, type OpenScreen } from './screen.ts';
import { signIn } from './steps.ts';

/** A key that no fresh part holds: it refuses, and the frames went over the wire all the same. */
const KEY = '00112233445566778899aabbccddeeff';

/** A part of the demo station by hand, from an empty site to a locked part. */
describe('lab of the demo station', { timeout: 60_000 }, () => {
  let screen: OpenScreen;
  let page: Page;
  let hands: BenchControl;
  let uid: string;
  const press = (name: string | RegExp) => page.getByRole('button', { name, exact: true }).first().click();
  const dialog = () => page.getByRole('dialog');
  const field = () => dialog().getByRole('textbox', { name: 'Unique id of the part' });
  const danger = () => dialog().getByRole('button', { name: 'Lock', exact: true });
  const askToLock = async () => {
    await page.getByRole('tab', { name: 'Life cycle' }).click();
    await press('Lock, asks once more');
    await field().waitFor();
  };

  beforeAll(async () => {
    screen = await openScreen({ speed: 'max', sites: 2, target: 'ra6m4' });
    page = screen.page;
    await signIn(page, 'engineer');
    hands = await benchSite(page, 'A1');
    await hands.insert();
    uid = (await hands.status()).uid ?? '';
  });
  afterEach(({ task }) => pictureOfFailure(screen, task));
  afterAll(async () => {
    await hands.close();
    await screen.close();
  });

  it('opens on A1, and reads who the part is and what is in its memory', async () => {
    await page.goto(`${new URL(page.url()).origin}/#/bench/lab/A1`);
    await page.getByText('Not read yet').waitFor();
    await press('Identify');
    await page.getByRole('button', { name: /copy unique id/ }).waitFor();
    await page.getByRole('tab', { name: 'Memory' }).click();
    await press('Read');
    const read = page.getByRole('region', { name: 'What was read' });
    await read.getByText('FF FF', { exact: false }).or(read.getByText('ff ff')).first().waitFor();
    expect((await read.innerText()).toLowerCase()).toContain('ff ff ff ff');
  });

  it('shows frames in words; what carries a key is dots on the screen and in the file', async () => {
    await page.getByRole('tab', { name: 'Life cycle' }).click();
    const form = page.getByRole('listitem').filter({ hasText: 'Moves the part to another state' });
    await form.getByRole('combobox', { name: 'To' }).fill('NSECSD');
    await form.getByLabel('Key, hex').fill(KEY);
    await press('Move the life cycle, asks once more');
    await dialog().getByText('given, not shown').waitFor();
    await scan(page, uid);
    await dialog().getByRole('button', { name: 'Move the life cycle' }).click();
    await page.getByText('•• Key not shown').first().waitFor();
    expect(await form.getByLabel('Key, hex').inputValue()).toBe('');
    expect(await page.content()).not.toContain(KEY);
    await press('Save as text');
    const file = await page.getByText(/^\/.*lab-A1-\d+\.txt$/).innerText();
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('Command 15 read');
    expect(text).toContain('··');
    expect(text.replaceAll(' ', '').toLowerCase()).not.toContain(KEY.slice(0, 12));
  });

  it('refuses an id of another part, typed or scanned: the button stays off, the part as it was', async () => {
    const before = (await hands.status()).dlm;
    await askToLock();
    expect(await danger().isDisabled()).toBe(true);
    const other = uid.replace(/^../, uid.startsWith('00') ? 'ff' : '00');
    await field().fill(other);
    await page.getByText('This is not the part in the socket').waitFor();
    expect(await danger().isDisabled()).toBe(true);
    await field().press('Enter');
    await field().fill('');
    await scan(page, other);
    await page.getByText('This is not the part in the socket').waitFor();
    expect(await danger().isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    expect((await hands.status()).dlm).toBe(before);
  });

  it('a scan of the part’s own id fills the field and does nothing by itself; the button locks', async () => {
    const before = (await hands.status()).dlm;
    await page.getByRole('tab', { name: 'Life cycle' }).click();
    await page.getByRole('checkbox', { name: 'Also close the boot loader' }).check();
    await askToLock();
    await scan(page, uid);
    await expect.poll(() => field().inputValue()).toBe(uid);
    await expect.poll(() => danger().isEnabled()).toBe(true);
    // Neither does Enter: a scanner that is slower than others ends with it.
    await field().press('Enter');
    expect(await dialog().count()).toBe(1);
    expect((await hands.status()).dlm).toBe(before);
    await danger().click();
    await page
      .getByText(/read back/)
      .first()
      .waitFor();
    expect((await hands.status()).dlm).toBe('LCK_BOOT');
    await screen.shot('lab-4-locked');
  });
});
