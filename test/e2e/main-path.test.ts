import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { pressUntil, scan, seenOn, watchSites } from './hands.ts';
import { openScreen, pictureOfFailure, type OpenScreen } from './screen.ts';
import { figure, insert, signIn, signOut, site, takeOut, until } from './steps.ts';

const root = join(import.meta.dirname, '..', '..');
const SITES = ['A1', 'A2', 'A3', 'A4'];
const PHASES = ['Program', 'Verify', 'Enrol QDID', 'Inject certificate', 'Lock'];
const LOT = '26-11-0417';

/** The main path in the order of a shift; each test goes on where the one before ended. */
describe('one batch, from sign-in to signed records', { timeout: 90_000 }, () => {
  let screen: OpenScreen;
  let page: Page;
  let folder = '';

  beforeAll(async () => {
    screen = await openScreen({ speed: 'wire' });
    page = screen.page;
  });
  afterEach(({ task }) => pictureOfFailure(screen, task));
  afterAll(() => screen.close());

  it('signs in by keys alone: the person with arrows, the PIN with digits, Enter', async () => {
    await screen.shot('01-sign-in');
    await pressUntil(page, 'Tab', 'input[type="radio"]');
    await pressUntil(page, 'ArrowDown', 'input[aria-label="Mara Voss"]');
    await page.keyboard.type('114');
    await page.getByText('3 digits entered').waitFor({ state: 'attached' });
    await page.keyboard.press('0');
    await screen.shot('02-sign-in-pin-typed');
    await page.keyboard.press('Enter');
    await page.getByText('Ready for the next batch').waitFor();
    await screen.shot('03-home');
  });

  it('prepares the batch from a scanned traveller and starts it once all is green', async () => {
    await page.getByText('2,000 of 2,000 left to make').waitFor();
    await scan(page, `RL1;J=TH4;L=${LOT};Q=8`);
    await page.getByRole('img', { name: 'Step 3, done' }).waitFor();
    expect(await page.getByLabel('Quantity, units').inputValue()).toBe('8');
    expect(await page.getByLabel('Lot', { exact: true }).inputValue()).toBe(LOT);
    await page.locator('li[data-state="ok"]').nth(4).waitFor();
    expect(await page.locator('li[data-state="failed"], li[data-state="warning"]').allTextContents()).toEqual(
      [],
    );
    const start = page.getByRole('button', { name: 'Start batch' });
    expect(await start.isDisabled()).toBe(true);
    await page.getByText('Compare and confirm the checksum').waitFor();
    expect(await page.getByTestId('checksum').textContent()).toMatch(/^[0-9A-F]{4} [0-9A-F]{4}$/);
    await screen.shot('04-prepare-to-be-confirmed');
    await page.getByRole('checkbox', { name: /checksum .* is the same/ }).check();
    await page.getByText('All green').waitFor();
    await screen.shot('05-prepare-all-green');
    await start.click();
    await site(page, 'A1').waitFor();
    await screen.shot('06-running-empty');
  });

  it('makes four units at once, with phases and bytes in sight', async () => {
    await watchSites(page);
    // Paused while the parts go in: then all four start together, however slow the hands are.
    await page.keyboard.press('F8');
    await page.getByText('Paused.').waitFor();
    for (const id of SITES) {
      await insert(page, id);
      await until(page, id, 'ready');
    }
    await screen.shot('06-paused-parts-in');
    await page.keyboard.press('F8');
    await Promise.all(SITES.map((id) => until(page, id, 'running')));
    await screen.shot('07-running-four-sites');
    await page.getByRole('button', { name: 'Open site A2' }).click();
    await page.getByRole('dialog').getByText('Enrol QDID', { exact: true }).waitFor();
    await screen.shot('08-running-site-opened');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await Promise.all(SITES.map((id) => until(page, id, 'passed')));
    await page.getByTestId('made').getByText('4 / 8').waitFor();
    expect(await site(page, 'A3').textContent()).toContain('Locked and read back');
    await screen.shot('09-all-passed');
    for (const id of SITES) {
      const seen = (await seenOn(page, id)).join('\n');
      for (const phase of PHASES) expect(seen).toMatch(new RegExp(`^running ${id} .*${phase}`, 'm'));
      expect(seen).toMatch(/Write · \d+ of 320 KiB/);
    }
  });

  it('takes the parts out and makes a second round', async () => {
    for (const id of SITES) {
      await takeOut(page, id);
      await until(page, id, 'empty');
      await insert(page, id);
      // It starts by itself.
      await until(page, id, 'running', 'passed');
    }
    await Promise.all(SITES.map((id) => until(page, id, 'passed')));
    await page.getByTestId('made').getByText('8 / 8').waitFor();
    await page.getByText('All units are made: close the batch').waitFor();
    await figure(page, 'Yield').getByText('100.0 %').waitFor();
    for (const id of SITES) await takeOut(page, id);
    await until(page, 'A4', 'empty');
  });

  it('closes the batch with counts that add up', async () => {
    await page.getByRole('button', { name: 'Close batch' }).click();
    await page.getByText('Close the batch').waitFor();
    await screen.shot('10-close-to-be-confirmed');
    await page.getByRole('button', { name: 'Close batch' }).click();
    await page.getByText('Batch closed').waitFor();
    const counts = page.getByLabel('Counts');
    expect(await counts.textContent()).toContain('8made+0failed+0to be read back=8units');
    expect(await counts.textContent()).toContain('Allowance debited8 units');
    await screen.shot('11-closed');
  });

  it('exports records that the verifier and OpenSSL accept', async () => {
    await page.getByRole('button', { name: 'Export' }).click();
    const result = page.getByTestId('export-result');
    await result.getByText('Exported 8 units').waitFor();
    await screen.shot('12-exported');
    const shown = await result.getByRole('button').getAttribute('aria-label');
    folder = shown?.split(', ')[0] ?? '';
    const answer = execFileSync(process.execPath, [join(root, 'scripts/verify.ts'), folder, '--json'], {
      encoding: 'utf8',
    });
    expect(JSON.parse(answer)).toMatchObject({ ok: true, units: 8, lot: LOT });
    const certificates = readdirSync(join(folder, 'certificates'));
    expect(certificates).toHaveLength(8);
    const leaf = join(folder, 'certificates', certificates[0]!);
    const chain = join(folder, 'chain.pem');
    expect(openssl('verify', '-CAfile', chain, '-untrusted', chain, leaf)).toContain(': OK');
    expect(openssl('x509', '-in', leaf, '-noout', '-text')).toContain('Not After : Dec 31 23:59:59 9999 GMT');
  });

  it('finds units by device id, by chip UID and by outcome', async () => {
    await page.keyboard.press('Alt+3');
    const rows = page.getByRole('row', { name: /PASS/ });
    await rows.nth(7).waitFor();
    await screen.shot('13-units');
    const id = (await rows.nth(3).locator('[title]').first().getAttribute('title')) ?? '';
    expect(id).toMatch(/^[0-9a-f]{64}$/);
    const search = page.getByLabel('Device ID, chip UID, serial or lot');
    await search.fill(id.slice(0, 12));
    await page.getByRole('status').getByText('1 unit', { exact: true }).waitFor();
    await screen.shot('14-units-found-by-device-id');
    await search.fill('');
    await page.getByRole('status').getByText('8 units').waitFor();
    await page.getByRole('button', { name: 'Fail', exact: true }).click();
    await page.getByText('No unit found').waitFor();
    await screen.shot('15-units-none-failed');
    await page.getByRole('button', { name: 'Pass', exact: true }).click();
    await page.getByRole('status').getByText('8 units').waitFor();
  });

  it('opens a unit: time line, measurements, certificate', async () => {
    await page.getByRole('grid').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('tab', { name: 'Time line' }).waitFor();
    await page.getByText('Intent', { exact: false }).first().waitFor();
    await screen.shot('16-unit-time-line');
    const uid = await page.getByRole('button', { name: /copy chip UID/ }).textContent();
    await page.getByRole('tab', { name: 'Attempts' }).click();
    await page.getByText('cannot be undone').first().waitFor();
    await screen.shot('17-unit-attempts');
    await page.getByRole('tab', { name: 'Measurements' }).click();
    await page.getByText('Bit error, worst read', { exact: true }).first().waitFor();
    await screen.shot('18-unit-measurements');
    await page.getByRole('tab', { name: 'Certificate' }).click();
    await page.getByText('-----BEGIN CERTIFICATE-----').waitFor();
    await screen.shot('19-unit-certificate');
    await page.getByRole('tab', { name: 'Record' }).click();
    await page.getByText('Signature (JWS)').waitFor();
    await screen.shot('20-unit-record');
    await page.getByRole('button', { name: 'All units' }).click();
    await page
      .getByLabel('Device ID, chip UID, serial or lot')
      .fill((uid ?? '').replaceAll(' ', '').slice(0, 20));
    await page.getByRole('status').getByText('1 unit', { exact: true }).waitFor();
  });

  it('shows the bench to the engineer, whose self-test changes nothing', async () => {
    await signOut(page);
    await signIn(page, 'engineer');
    await page.keyboard.press('Alt+4');
    const card = page.getByRole('group', { name: 'Bench site A1' });
    await card.getByRole('button', { name: 'Self-test' }).click();
    await page.getByRole('list', { name: 'Self-test passed' }).waitFor();
    await screen.shot('21-bench-self-test');
  });

  it('left no error in the console and broke no content security policy', () => {
    expect(screen.problems).toEqual([]);
  });
});

const openssl = (...args: string[]): string => execFileSync('openssl', args, { encoding: 'utf8' });
