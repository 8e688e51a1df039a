import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { wrapKey } from '#drivers/artefacts/key-wrapping.ts';
import { writeRkey } from '#drivers/artefacts/rkey.ts';
import { openBench, type Bench } from '#drivers/virtual/bench.ts';
import { openBenchControl, type BenchControl } from '#drivers/virtual/control-client.ts';
import { simulatorUfpk } from '#drivers/virtual/ra8m1/key-injection.ts';
import { byHand, callFromPage, scan } from './hands.ts';
import { openScreen, pictureOfFailure, type OpenScreen } from './screen.ts';
import { signIn } from './steps.ts';

/** A key and a move of the life cycle by hand, on a board without lines; what went over its wire, on screen and kept. */
describe('keys in the lab', { timeout: 90_000 }, () => {
  let screen: OpenScreen;
  let page: Page;
  let board: Bench;
  let hands: BenchControl;
  const wrapped = (() => {
    const { ufpk, wufpk } = simulatorUfpk(randomBytes(16));
    const iv = randomBytes(16);
    return Buffer.from(
      writeRkey({ keyType: 0, wufpk, iv, encryptedKey: wrapKey(ufpk, iv, randomBytes(16)) }),
    );
  })();
  const until = (done: () => Promise<boolean>, answer?: () => Promise<unknown>) =>
    byHand(page, hands, done, answer);
  const press = (name: string) => page.getByRole('button', { name }).first().click();
  const here = () => page.getByRole('list', { name: 'Life cycle' }).locator('[aria-current="step"]');

  beforeAll(async () => {
    board = await openBench({ target: 'ra6m4', sites: 1, speed: 'max' });
    const site = board.sites[0]!;
    hands = await openBenchControl(site.control);
    screen = await openScreen({ speed: 'max', sites: 1 });
    page = screen.page;
    await signIn(page, 'engineer');
    const wanted = { site: 'C1', path: site.link, target: 'ra6m4', control: { kind: 'operator' } };
    expect(await callFromPage(page, 'bench.attach', wanted)).toMatchObject({ ok: true });
  });
  afterEach(({ task }) => pictureOfFailure(screen, task));
  afterAll(async () => {
    await screen.close();
    await hands.close();
    await board.close();
  });

  it('a wrapped key goes in from its file', async () => {
    await page.goto(`${new URL(page.url()).origin}/#/bench/lab/C1`);
    await press('Identify');
    await until(async () => (await here().count()) === 1);
    expect(await here().innerText()).toContain('SSD');
    await page.getByRole('tab', { name: 'Keys and identity' }).click();
    await page.getByRole('combobox', { name: 'Slot' }).fill('SECDBG');
    await page.getByTestId('file-wrapped').setInputFiles({
      ...{ name: 'secdbg.rkey', mimeType: 'application/octet-stream', buffer: wrapped },
    });
    await press('Put a wrapped key in');
    await until(async () => page.getByText(/SECDBG.*; read back/).isVisible());
  });

  it('its bytes are dots in the log, in the frame that is opened, and in the file', async () => {
    await page.getByRole('textbox', { name: 'Filter' }).fill('··');
    const frame = page.getByRole('option').filter({ hasText: 'Key not shown' }).first();
    await frame.click();
    await page.getByRole('region', { name: 'Frame' }).getByText('key material is dots').waitFor();
    await screen.shot('lab-3-key-not-shown');
    await press('Save as text');
    const file = await page.getByText(/^\/.*lab-C1-\d+\.txt$/).innerText();
    const text = readFileSync(file, 'utf8').replaceAll(' ', '').toLowerCase();
    expect(text).toContain('··');
    // Nothing of the key or its wrapping, wherever it was cut: the file's tail is encrypted key and its check.
    const secret = wrapped.toString('hex').toLowerCase();
    for (let at = secret.length - 96; at + 16 <= secret.length; at += 2)
      expect(text).not.toContain(secret.slice(at, at + 16));
  });

  it('a move of the life cycle says where to, and the way shows where the part is then', async () => {
    await page.getByRole('tab', { name: 'Life cycle' }).click();
    await page.getByRole('combobox', { name: 'To' }).fill('NSECSD');
    await press('Move the life cycle, asks once more');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('NSECSD').waitFor();
    await dialog.getByRole('textbox').fill((await hands.status()).uid ?? '');
    await dialog.getByRole('button', { name: 'Move the life cycle' }).click();
    await until(async () => (await here().count()) === 1 && (await here().innerText()).includes('NSECSD'));
    expect((await hands.status()).dlm).toBe('NSECSD');
  });

  it('a question to a person is answered by key, and by a card that names the site', async () => {
    const read = () => page.getByText(/^NSECSD, not locked$/);
    for (const answer of [() => page.keyboard.press('F6'), () => scan(page, 'DONE C1')]) {
      await press('Read state');
      await page.getByRole('button', { name: 'Stop' }).waitFor();
      await until(() => read().isVisible(), answer);
    }
    await scan(page, 'DONE');
    await page.getByText('No site asks for a hand.').waitFor();
  });

  it('whoever leaves is asked what becomes of the site', async () => {
    await until(() => page.getByRole('button', { name: 'Give back to production' }).isEnabled());
    await page.keyboard.press('Alt+1');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Give C1 back to production?').waitFor();
    await dialog.getByRole('button', { name: 'Stay' }).click();
    await page.getByRole('heading', { name: 'Lab · C1' }).waitFor();
    await press('Back to the bench');
    await dialog.getByRole('button', { name: 'Leave it in the lab' }).click();
    await page.getByRole('group', { name: 'Bench site C1' }).getByText('In the lab').waitFor();
    await page.goto(`${new URL(page.url()).origin}/#/bench/lab/C1`);
    await press('Back to the bench');
    await dialog.getByRole('button', { name: 'Give back' }).click();
    await page.getByRole('group', { name: 'Bench site C1' }).waitFor();
    await page.getByText('In the lab').waitFor({ state: 'detached' });
    expect(screen.problems).toEqual([]);
  });
});
